#include "slipway/observe/output.hpp"

#include "pipe_output.hpp"
#include "screen.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "slipway/base/text.hpp"

#include <csignal>
#include <fcntl.h>

using namespace slipway;
using namespace slipway::observe;

namespace {

using Lines = std::vector<std::string>;

const Masker k_masker({"hunter2!"});
const Style k_terminal{.colour = true, .animate = true, .width = 40};
const Style k_log{};

std::string written(Style style, const std::function<void(Output&)>& act) {
  PipeOutput pipe(style, k_masker);
  act(pipe.output());
  return pipe.take();
}

} // namespace

TEST(Output, MasksEverythingThatIsWritten) {
  EXPECT_EQ(written(k_log, [](Output& out) { out.line("it is hunter2!, or password=abc"); }),
            "it is ***, or password=***\n");
}

TEST(Output, ALogGetsNoProgressAndNoEscapes) {
  EXPECT_EQ(written(k_log,
                    [](Output& out) {
                      out.progress("working");
                      out.line(out.paint(Role::error, "bad"));
                      out.clear_progress();
                    }),
            "bad\n");
}

TEST(Output, ATerminalKeepsTheProgressLineBelowWhatIsWritten) {
  const std::string bytes = written(k_terminal, [](Output& out) {
    out.progress("one of two");
    out.line("first");
    out.write("sec");
    out.progress("two of two");
    out.line("ond");
  });
  // At the end the progress line is gone.
  EXPECT_EQ(screen(bytes), (Lines{"first", "second", ""}));
  const auto until_second = bytes.substr(0, bytes.find("ond\n") + 4);
  EXPECT_EQ(screen(until_second), (Lines{"first", "second", ""}));
  EXPECT_EQ(screen(bytes.substr(0, bytes.rfind("\r"))), (Lines{"first", "second", "two of two"}));
}

TEST(Output, TheSameProgressIsDrawnOnce) {
  const std::string once = written(k_terminal, [](Output& out) { out.progress("x"); });
  const std::string twice = written(k_terminal, [](Output& out) {
    out.progress("x");
    out.progress("x");
  });
  EXPECT_EQ(once, twice);
}

TEST(Output, ALongProgressLineIsElidedInItsMiddleAndLeavesAColumnFree) {
  const std::string bytes = written({.animate = true, .width = 20}, [](Output& out) {
    out.progress("the beginning and the very long middle and the end");
  });
  EXPECT_EQ(screen(bytes.substr(0, bytes.rfind('\r'))), (Lines{"the begi... the end"}));
}

TEST(Output, AProgressLineIsMeasuredInColumns) {
  const auto drawn = [](const std::string& text, std::size_t width) {
    const std::string bytes =
        written({.animate = true, .width = width}, [&](Output& out) { out.progress(text); });
    return screen(bytes.substr(0, bytes.rfind('\r')))[0];
  };
  EXPECT_EQ(drawn("日本語日本語日本語", 12), "日本...本語");
  EXPECT_EQ(drawn("日本語日本語日本語", 19), "日本語日本語日本語");
  EXPECT_EQ(drawn("e\xCC\x81"
                  "e\xCC\x81"
                  "e\xCC\x81",
                  4),
            "e\xCC\x81"
            "e\xCC\x81"
            "e\xCC\x81");
  EXPECT_EQ(drawn("✓é✓é", 5), "✓é✓é");
  EXPECT_EQ(drawn("abcdefghij", 5), "a...");
  EXPECT_EQ(drawn("abcdefghij", 4), "abc");
  EXPECT_EQ(drawn("abcdefghij", 1), "a");
}

RC_GTEST_PROP(OutputProperty, AnElidedLineFitsAndCutsNoCharacter, ()) {
  const auto pieces =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 5));
  const auto width = *rc::gen::inRange<std::size_t>(1, 30);
  // Each with the columns it takes.
  static const std::vector<std::pair<std::string, std::size_t>> k_pieces{
      {"a", 1}, {"é", 1}, {"日", 2}, {"😀", 2}, {"e\xCC\x81", 1}};
  std::string text;
  std::size_t whole = 0;
  for (const auto piece : pieces) {
    text += k_pieces[piece].first;
    whole += k_pieces[piece].second;
  }
  const std::string bytes =
      written({.animate = true, .width = width}, [&](Output& out) { out.progress(text); });
  const std::string line = text.empty() ? "" : screen(bytes.substr(0, bytes.rfind('\r')))[0];
  const std::size_t room = std::max<std::size_t>(width - 1, 1);
  RC_ASSERT(!find_invalid_utf8(line));
  if (whole <= room) RC_ASSERT(line == text);
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    columns += byte < 0x80U || byte == 0xC3U ? 1 : byte == 0xE6U || byte == 0xF0U ? 2 : 0;
  }
  RC_ASSERT(columns <= room);
}

// Fails when the text is shortened before it is masked: the cut takes the "@" by which the password
// is known.
TEST(Output, ASecretIsMaskedBeforeTheLineIsCut) {
  for (std::size_t width = 1; width < 120; ++width) {
    const std::string bytes = written({.animate = true, .width = width}, [](Output& out) {
      out.progress(
          "connecting to postgres://app:QQQQQQQQQQQQQQQQQQQQQQQQ@db.example/shop for PASSWORD 'QQQQQ'");
    });
    EXPECT_EQ(bytes.find('Q'), std::string::npos) << width;
  }
}

TEST(Output, AProgressLineCannotDriveTheTerminal) {
  const std::string bytes =
      written(k_terminal, [](Output& out) { out.progress("a\x1b[2Jb\tc\r\nd"); });
  EXPECT_EQ(screen(bytes.substr(0, bytes.rfind('\r'))), (Lines{"a\xEF\xBF\xBD[2Jb c"}));
}

TEST(Output, ARepaintShowsNothingOfWhatWasThereBefore) {
  const auto act = [](Output& out) {
    out.repaint("first\nsecond\n");
    out.repaint("hunter2!\n");
  };
  EXPECT_EQ(written(k_log, act), "first\nsecond\n***\n");
  EXPECT_EQ(written(k_terminal, act), "\x1b[H\x1b[2Jfirst\nsecond\n\x1b[H\x1b[2J***\n");
}

TEST(Output, PaintUsesColourOnlyWhenTheStreamHasIt) {
  EXPECT_EQ(written(k_terminal, [](Output& out) { out.write(out.paint(Role::ok, "yes")); }),
            "\x1b[32myes\x1b[0m");
  EXPECT_EQ(written(k_terminal, [](Output& out) { out.write(out.paint(Role::plain, "yes")); }),
            "yes");
  EXPECT_EQ(written(k_log, [](Output& out) { out.write(out.paint(Role::ok, "yes")); }), "yes");
}

TEST(Output, AClosedPipeBreaksItQuietly) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  {
    Output output(ends[1], k_log, k_masker);
    EXPECT_FALSE(output.broken());
    output.line("x");
    EXPECT_TRUE(output.broken());
    output.line("y");
  }
  close(ends[1]);
}

// A pipe holds 64 kB: the write comes back part done, and with EAGAIN when the descriptor does not
// block.
TEST(Output, MoreThanThePipeHoldsArrivesWhole) {
  const std::string text(1'000'000, 'x');
  for (const bool blocking : {true, false}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(fcntl(ends[1], F_SETFL, blocking ? 0 : O_NONBLOCK), 0);
    std::string got;
    std::thread reader([&] {
      char buffer[4096];
      for (ssize_t size = 0; (size = read(ends[0], buffer, sizeof buffer)) > 0;)
        got.append(buffer, static_cast<std::size_t>(size));
    });
    {
      Output output(ends[1], k_log, k_masker);
      output.line(text);
      EXPECT_FALSE(output.broken());
    }
    close(ends[1]);
    reader.join();
    close(ends[0]);
    EXPECT_EQ(got, text + "\n");
  }
}

TEST(Output, LinesOfSeveralThreadsDoNotMix) {
  const std::string bytes = written(k_terminal, [](Output& out) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&out, t] {
        for (int i = 0; i < 200; ++i) {
          out.progress(std::string(10, static_cast<char>('0' + t)) + std::to_string(i));
          out.line(std::string(30, static_cast<char>('a' + t)));
        }
      });
    for (auto& thread : threads) thread.join();
  });
  const Lines lines = screen(bytes);
  ASSERT_EQ(lines.size(), 801U);
  for (std::size_t i = 0; i < 800; ++i) EXPECT_EQ(lines[i], std::string(30, lines[i].front()));
}

TEST(Printable, ControlCharactersAndInvalidBytesAreReplaced) {
  EXPECT_EQ(printable("a\tb\nc\r\nd"), "a\tb\nc\nd");
  EXPECT_EQ(printable("é日😀"), "é日😀");
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(printable("\x1b[31m"), mark + "[31m");
  EXPECT_EQ(printable(std::string("\0\a\r\x7f", 4)), mark + mark + mark + mark);
  EXPECT_EQ(printable("\xC2\x9B"), mark) << "CSI in one code point";
  EXPECT_EQ(printable("\x9B"), mark) << "CSI in one byte";
  EXPECT_EQ(printable("\xE2\x80\xAE"), mark) << "right-to-left override";
  EXPECT_EQ(printable("\xC3x\xFF"), mark + "x" + mark);
}

RC_GTEST_PROP(PrintableProperty, NothingThatDrivesATerminalIsLeft, (const std::string& text)) {
  const std::string shown = printable(text);
  RC_ASSERT(!find_invalid_utf8(shown));
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto byte = static_cast<unsigned char>(shown[i]);
    RC_ASSERT(byte >= 0x20U || byte == '\n' || byte == '\t');
    RC_ASSERT(byte != 0x7FU);
    if (byte == 0xC2U) RC_ASSERT(static_cast<unsigned char>(shown[i + 1]) >= 0xA0U);
  }
  RC_ASSERT(printable(shown) == shown);
}
