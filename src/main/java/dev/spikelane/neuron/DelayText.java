package dev.spikelane.neuron;

/** Writes neurons that keep their currents of some steps, and hand on a mean of these. */
final class DelayText {

    /**
     * The most steps whose loops C2 compiled in a training of 256 neurons: with 16, steps went on to allocate vectors,
     * 1 GB each (Emerald Rapids, 2026-11).
     */
    private static final int MOST = 7;

    private DelayText() {}

    /** Weights of the two steps next to the delay. Where it is a whole number, slopes are those of a longer one. */
    static String linear(int most) {
        require(most);
        StringBuilder weights = new StringBuilder();
        for (int k = 0; k <= most; k++) {
            String falls = k == most ? "" : "delay >= " + k + " ? " + (k + 1) + " - delay : ";
            String ends = k >= most - 1 ? "" : "delay >= " + (k + 1) + " ? 0 : ";
            String rises = k == 0 ? "0" : "delay >= " + (k - 1) + " ? delay - " + (k - 1) + " : 0";
            weights.append("let w" + k + " = " + ends + falls + rises + "\n");
        }
        return text(most, "", weights.toString());
    }

    /** Weights of all steps, by their distance to the delay. */
    static String gaussian(int most) {
        require(most);
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

    private static void require(int most) {
        if (most < 1 || most > MOST) {
            throw new IllegalArgumentException("the longest delay is " + most + ", expected 1 to " + MOST + " steps");
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
