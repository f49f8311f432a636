// A secret inside any text of any event never leaves, by whichever sink. Seen to fail with the
// masking of Output::write and of Output::masked taken out, together and each alone.
#include "event_kinds.hpp"
#include "pipe_output.hpp"

#include "slipway/observe/sinks.hpp"

#include <gtest/gtest.h>

using namespace slipway;
using namespace slipway::observe;

namespace {

const std::string k_canary = "Canary7canarY";

// The forms a canary is put in; the last is known by its value alone.
const std::vector<std::string> k_forms{"connect to postgres://app:Canary7canarY@db/shop failed",
                                       "host=db password=Canary7canarY",
                                       "ALTER ROLE a PASSWORD 'Canary7canarY'",
                                       "ALTER ROLE a PASSWORD 'Canary7canarY",
                                       R"({"token":"Canary7canarY"})",
                                       "it is Canary7canarY here"};

void fill(std::string& field, const std::string& text) {
  field = text;
}
template<class T>
void fill(T&, const std::string&) {
}

void fill(SqlError& sql, const std::string& text) {
  for (std::string* field :
       {&sql.severity, &sql.sqlstate, &sql.message, &sql.detail, &sql.hint, &sql.context,
        &sql.schema, &sql.table, &sql.column, &sql.data_type, &sql.constraint, &sql.query})
    *field = text;
  sql.position = 3;
}

void fill(Error& error, const std::string& text) {
  for (std::string* field :
       {&error.message, &error.hint, &error.database_state, &error.next_command})
    *field = text;
  error.notes = {text, text};
  error.place = Place{.file = text, .line = 1, .column = 5, .source_line = text, .width = 9};
  fill(error.sql.emplace(), text);
}

// The fields are told as const, because telling changes nothing; here the event is ours to fill.
template<class E>
E filled(const std::string& text) {
  E event;
  event.fields([&](const char*, const auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    fill(const_cast<Field&>(field), text); // NOLINT(cppcoreguidelines-pro-type-const-cast)
  });
  return event;
}

std::vector<Event> every_event_with(const std::string& text) {
  std::vector<Event> events;
  for_each_event_kind([&](const auto& event) {
    events.emplace_back(filled<std::remove_cvref_t<decltype(event)>>(text));
  });
  return events;
}

} // namespace

TEST(Masking, NoSinkLetsACanaryThrough) {
  const Masker masker({k_canary});
  for (const auto& form : k_forms)
    for (const auto& event : every_event_with(form))
      for (const Style style : {Style{}, Style{.colour = true, .animate = true, .width = 50}})
        for (const bool json : {false, true}) {
          PipeOutput pipe(style, masker);
          const auto sink =
              json ? json_sink(pipe.output()) : terminal_sink(pipe.output(), Verbosity::verbose);
          sink->on_event(event);
          EXPECT_EQ(pipe.take().find(k_canary), std::string::npos) << pipe.take();
        }
}

TEST(Masking, FormsAreMaskedWithoutKnowingTheSecret) {
  const Masker masker;
  for (std::size_t i = 0; i + 1 < k_forms.size(); ++i)
    for (const auto& event : every_event_with(k_forms[i]))
      for (const bool json : {false, true}) {
        PipeOutput pipe({}, masker);
        const auto sink =
            json ? json_sink(pipe.output()) : terminal_sink(pipe.output(), Verbosity::verbose);
        sink->on_event(event);
        EXPECT_EQ(pipe.take().find(k_canary), std::string::npos) << pipe.take();
      }
}

TEST(Masking, ErrorsAsTextAndJsonAreMaskedOnTheirWayOut) {
  const Masker masker({k_canary});
  for (const auto& form : k_forms) {
    const auto error = filled<event::Failed>(form).error;
    PipeOutput pipe({}, masker);
    pipe.output().write(error_text(error, pipe.output()));
    pipe.output().line(error_json(error));
    EXPECT_EQ(pipe.take().find(k_canary), std::string::npos) << pipe.take();
    EXPECT_NE(pipe.take().find("***"), std::string::npos);
  }
}

// One field cut inside a secret must not swallow the fields after it.
TEST(Masking, ASecretCutShortLeavesTheRestOfTheErrorReadable) {
  const Masker masker;
  const Error error =
      Error(ErrorCode::sql, "failed: ALTER ROLE a PASSWORD 'Canary7").with_next("slipway up");
  PipeOutput pipe({}, masker);
  pipe.output().write(error_text(error, pipe.output()));
  EXPECT_EQ(pipe.take(), "error: failed: ALTER ROLE a PASSWORD '***'\n   next:   slipway up\n");
}
