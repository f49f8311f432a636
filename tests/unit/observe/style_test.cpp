// Which variable beats which. The descriptors are a pipe and a pseudo-terminal.
#include "slipway/observe/output.hpp"

#include <gtest/gtest.h>

#include <pty.h>
#include <unistd.h>

using namespace slipway::observe;

namespace {

using Environment = std::map<std::string, std::string, std::less<>>;

class Styles : public ::testing::Test {
protected:
  Styles() {
    winsize size{};
    size.ws_col = 132;
    size.ws_row = 40;
    opened_ = openpty(&master_, &terminal_, nullptr, nullptr, &size) == 0 && pipe(pipe_) == 0;
  }
  ~Styles() override {
    for (const int descriptor : {master_, terminal_, pipe_[0], pipe_[1]}) close(descriptor);
  }
  void SetUp() override { ASSERT_TRUE(opened_); }

  bool colour(int descriptor, ColourChoice choice, const Environment& environment) const {
    return style_for(descriptor, choice, environment).colour;
  }

  int master_ = -1;
  int terminal_ = -1;
  int pipe_[2] = {-1, -1};
  bool opened_ = false;
};

} // namespace

TEST_F(Styles, ATerminalHasColourAnimationAndItsWidth) {
  const Style style = style_for(terminal_, ColourChoice::automatic, {{"TERM", "xterm"}});
  EXPECT_TRUE(style.colour);
  EXPECT_TRUE(style.animate);
  EXPECT_EQ(style.width, 132U);
}

TEST_F(Styles, APipeHasNeither) {
  const Style style = style_for(pipe_[1], ColourChoice::automatic, {{"TERM", "xterm"}});
  EXPECT_FALSE(style.colour);
  EXPECT_FALSE(style.animate);
  EXPECT_EQ(style.width, 80U);
}

TEST_F(Styles, ADumbOrUnknownTerminalHasNeither) {
  for (const Environment& environment :
       {Environment{{"TERM", "dumb"}}, Environment{}, Environment{{"TERM", ""}}}) {
    EXPECT_FALSE(style_for(terminal_, ColourChoice::automatic, environment).colour);
    EXPECT_FALSE(style_for(terminal_, ColourChoice::automatic, environment).animate);
  }
}

TEST_F(Styles, NoColorTakesColourButNotAnimation) {
  const Environment environment{{"TERM", "xterm"}, {"NO_COLOR", "1"}};
  EXPECT_FALSE(colour(terminal_, ColourChoice::automatic, environment));
  EXPECT_TRUE(style_for(terminal_, ColourChoice::automatic, environment).animate);
  EXPECT_TRUE(colour(terminal_, ColourChoice::automatic, {{"TERM", "xterm"}, {"NO_COLOR", ""}}));
}

TEST_F(Styles, EachVariableBeatsTheNext) {
  const auto automatic = ColourChoice::automatic;
  EXPECT_TRUE(colour(pipe_[1], automatic, {{"CLICOLOR_FORCE", "1"}}));
  EXPECT_FALSE(colour(pipe_[1], automatic, {{"CLICOLOR_FORCE", "0"}}));
  EXPECT_FALSE(colour(pipe_[1], automatic, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}));
  EXPECT_TRUE(colour(pipe_[1], automatic, {{"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}}));
  EXPECT_FALSE(colour(pipe_[1], automatic, {{"FORCE_COLOR", "0"}}));
}

TEST_F(Styles, TheFlagBeatsThemAll) {
  EXPECT_TRUE(colour(pipe_[1], ColourChoice::always, {{"NO_COLOR", "1"}}));
  EXPECT_FALSE(colour(terminal_, ColourChoice::never, {{"TERM", "xterm"}, {"FORCE_COLOR", "1"}}));
}

TEST_F(Styles, AnimationNeedsATerminalWhateverTheColour) {
  EXPECT_FALSE(
      style_for(pipe_[1], ColourChoice::always, {{"TERM", "xterm"}, {"FORCE_COLOR", "1"}}).animate);
}
