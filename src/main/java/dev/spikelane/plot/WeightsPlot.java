package dev.spikelane.plot;

/** A weight matrix as a heat map: zero is the colour of the page, the largest absolute weight the strongest. */
public final class WeightsPlot implements Figure {

    private static final int MOST_WEIGHTS = 16_000_000;

    private final String title;
    private final Signals weights;

    private WeightsPlot(String title, Signals weights) {
        this.title = title;
        this.weights = weights;
    }

    static WeightsPlot of(Signals weights) {
        if (weights.size() > MOST_WEIGHTS) {
            throw new IllegalArgumentException("heat map of " + weights.size() + " weights, expected at most "
                    + MOST_WEIGHTS + "; plot fewer neurons, with rows(first, count)");
        }
        return new WeightsPlot("", weights);
    }

    @Override
    public String title() {
        return title;
    }

    /**
     * Gives it a title.
     *
     * @param newTitle the title
     * @return the same figure with it
     */
    public WeightsPlot title(String newTitle) {
        return new WeightsPlot(newTitle, weights);
    }

    /** {@code [post x pre]}. */
    Signals weights() {
        return weights;
    }

    /** The largest finite absolute value; 1 if all are zero. */
    float limit() {
        float limit = Math.max(weights.most(), -weights.least());
        return limit > 0 ? limit : 1;
    }
}
