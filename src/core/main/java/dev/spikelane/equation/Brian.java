package dev.spikelane.equation;

/** Hints for words that Brian2 knows and this library does not. */
final class Brian {

    private Brian() {}

    static String hint(String word) {
        return switch (word) {
            case "unless" -> "; a line 'refractory 5 / dt holds v' before 'spike' keeps v for 5 ms";
            case "clip" -> "; write 'max(0, min(x, 1))' for 'clip(x, 0, 1)'";
            case "sin", "cos" -> "; there is no sine: an input can bring its values";
            case "xi" -> "; a line 'noise xi' declares it, normal in each step: write 'xi / sqrt(dt)' in an equation";
            case "+=", "-=", "*=", "/=" -> "; write 'v = v - 1' for 'v -= 1'";
            case "ms", "second", "mV", "volt", "Hz", "pA", "amp", "nS", "siemens" ->
                "; a unit stands in brackets after a name, such as 'param tau [ms] = 20'";
            default -> "";
        };
    }
}
