#include "slipway/schema/difference.hpp"

#include <tuple>

namespace slipway::schema {

namespace {

std::vector<PropertyDifference> compare_values(const Object& from, const Object& to) {
  std::vector<PropertyDifference> found;
  const auto before = from.values();
  const auto after = to.values();
  auto a = before.begin();
  auto b = after.begin();
  const auto note = [&](Property property, std::optional<std::string> was,
                        std::optional<std::string> is) {
    if (is_compared(property)) found.push_back({property, std::move(was), std::move(is)});
  };
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && a->property < b->property)) {
      note(a->property, std::string(a->text), std::nullopt);
      ++a;
    } else if (a == before.end() || b->property < a->property) {
      note(b->property, std::nullopt, std::string(b->text));
      ++b;
    } else {
      if (a->text != b->text) note(a->property, std::string(a->text), std::string(b->text));
      ++a;
      ++b;
    }
  }
  return found;
}

auto key_of(const Object& object) {
  return std::tuple(object.schema(), object.kind(), object.name(), object.part());
}

class Comparison {
public:
  std::vector<Difference> run(const std::vector<Object>& from, const std::vector<Object>& to) {
    merge(from, to);
    return std::move(found_);
  }

private:
  void merge(const std::vector<Object>& from, const std::vector<Object>& to) {
    auto a = from.begin();
    auto b = to.begin();
    while (a != from.end() || b != to.end()) {
      if (b == to.end() || (a != from.end() && key_of(*a) < key_of(*b))) {
        found_.push_back({a->identity(), Change::dropped, {}});
        ++a;
      } else if (a == from.end() || key_of(*b) < key_of(*a)) {
        found_.push_back({b->identity(), Change::created, {}});
        ++b;
      } else {
        if (auto values = compare_values(*a, *b); !values.empty())
          found_.push_back({a->identity(), Change::changed, std::move(values)});
        merge(a->parts(), b->parts());
        ++a;
        ++b;
      }
    }
  }

  std::vector<Difference> found_;
};

} // namespace

std::string_view change_name(Change change) {
  switch (change) {
  case Change::created:
    return "created";
  case Change::dropped:
    return "dropped";
  case Change::changed:
    return "changed";
  }
  return "changed";
}

std::vector<Difference> compare(const Schema& from, const Schema& to) {
  return Comparison().run(from.objects(), to.objects());
}

} // namespace slipway::schema
