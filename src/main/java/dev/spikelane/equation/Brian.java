package dev.spikelane.equation;

import java.util.Map;

/** Hints for words that the texts of Brian2 have and those of this library have not. */
final class Brian {

    private static final String UNIT = "a unit stands in brackets behind a name, such as 'param tau [ms] = 20'";
    private static final String NO_SINE = "there is no sine: an input can bring its values";
    private static final String ASSIGN = "write 'v = v - 1' for 'v -= 1'";

    private static final Map<String, String> HINTS = Map.ofEntries(
            Map.entry("unless", "a line 'refractory 5 / dt holds v' before 'spike' keeps v for 5 ms"),
            Map.entry("clip", "write 'max(0, min(x, 1))' for 'clip(x, 0, 1)'"),
            Map.entry("sin", NO_SINE),
            Map.entry("cos", NO_SINE),
            Map.entry("xi", "a line 'noise xi' declares it, normal in each step: write 'xi / sqrt(dt)' in an equation"),
            Map.entry("+=", ASSIGN),
            Map.entry("-=", ASSIGN),
            Map.entry("*=", ASSIGN),
            Map.entry("/=", ASSIGN),
            Map.entry("ms", UNIT),
            Map.entry("second", UNIT),
            Map.entry("mV", UNIT),
            Map.entry("Hz", UNIT),
            Map.entry("pA", UNIT),
            Map.entry("nS", UNIT),
            Map.entry("volt", UNIT),
            Map.entry("amp", UNIT),
            Map.entry("siemens", UNIT));

    private Brian() {}

    /** Returns what to write for a word or sign of Brian2; empty if there is no hint. */
    static String hint(String word) {
        String hint = HINTS.get(word);
        return hint == null ? "" : "; " + hint;
    }
}
