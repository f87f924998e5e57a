package dev.spikelane.neuron;

/** Writes neurons that hand on a mean of their currents of some steps. */
final class DelayText {

    /** Name of the parameter. */
    static final String DELAY = "delay";

    private static final int MOST = 64;

    /**
     * The most steps whose loops C2 compiled in a training of 256 neurons where all have weights: with 16, steps went
     * on to allocate vectors, 1 GB each (Emerald Rapids, 2026-11).
     */
    private static final int MOST_WEIGHTS = 7;

    private DelayText() {}

    /** The two steps next to the delay. */
    static String linear(int most) {
        require(most, MOST);
        return "neuron Delay\nparam delay = 1 from 0 to " + most
                + "\nstate v\ninput current delayed by delay\nv = current\nspike v > 0.5\n";
    }

    /** Weights of all steps, by their distance to the delay. */
    static String gaussian(int most) {
        require(most, MOST_WEIGHTS);
        StringBuilder weights = new StringBuilder();
        StringBuilder sum = new StringBuilder("let sum = g0");
        StringBuilder shares = new StringBuilder();
        for (int k = 0; k <= most; k++) {
            weights.append("let g" + k + " = exp(-0.5 * ((" + k + " - delay) / sigma)^2)\n");
            sum.append(k == 0 ? "" : " + g" + k);
            shares.append("let w" + k + " = g" + k + " / sum\n");
        }
        return text(most, ", sigma = 1 from 0.1 to 100", weights.toString() + sum + "\n" + shares);
    }

    private static void require(int most, int longest) {
        if (most < 1 || most > longest) {
            throw new IllegalArgumentException(
                    "the longest delay is " + most + ", expected 1 to " + longest + " steps");
        }
    }

    private static String text(int most, String parameters, String weights) {
        StringBuilder states = new StringBuilder("state v");
        StringBuilder sum = new StringBuilder("v = w0 * current");
        StringBuilder moves = new StringBuilder();
        for (int k = 1; k <= most; k++) {
            states.append(", x" + k);
            sum.append(" + w" + k + " * x" + k);
            moves.insert(0, "x" + k + " = " + (k == 1 ? "current" : "x" + (k - 1)) + "\n");
        }
        return "neuron Delay\nparam delay = 1 from 0 to " + most + parameters + "\n" + weights + states
                + "\ninput current\n" + sum + "\n" + moves + "spike v > 0.5\n";
    }
}
