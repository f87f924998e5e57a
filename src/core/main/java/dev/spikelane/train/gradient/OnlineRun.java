package dev.spikelane.train.gradient;

import java.util.Map;

/** A run whose windows are taken back at once: eligibility traces carry the rest of the gradients forward in time. */
final class OnlineRun extends GradientRun {

    private final Eligibility[] traces;
    private final Eligibility[][] tracesOfStages;
    private final Map<String, GradientProjection> learnedFeedback;
    private final int window;
    private final int steps;
    private int windowStart;
    /** Samples of the whole batch, of which this run has a part. */
    private int samples;

    OnlineRun(OnlineRunBuilder built, int steps) {
        super(built);
        this.traces = built.traces;
        this.tracesOfStages = built.components.stream().map(built::traces).toArray(Eligibility[][]::new);
        this.learnedFeedback = built.learnedFeedback;
        this.window = built.plan.size().steps();
        this.steps = steps;
    }

    @Override
    Map<String, GradientProjection> learnedFeedback() {
        return learnedFeedback;
    }

    @Override
    public void setSamples(int ofBatch) {
        samples = ofBatch;
    }

    @Override
    public void forward(int firstStep) {
        windowStart = firstStep;
        super.forward(firstStep);
    }

    @Override
    void beforeBackward(int stage) {
        for (Eligibility trace : tracesOfStages[stage]) {
            trace.before(isLast());
        }
    }

    @Override
    public void backward() {
        super.backward();
        for (Eligibility trace : traces) {
            trace.open();
        }
        for (Eligibility trace : traces) {
            trace.carry(windowStart == 0, isLast(), samples);
        }
    }

    /** Returns true in the last window of a batch, after which no trace is needed. */
    private boolean isLast() {
        return windowStart + window == steps;
    }

    @Override
    public void takeState(GradientRun other) {
        super.takeState(other);
        for (int i = 0; i < traces.length; i++) {
            traces[i].takeFrom(((OnlineRun) other).traces[i]);
        }
    }

    @Override
    public void reset() {
        super.reset();
        for (Eligibility trace : traces) {
            trace.reset();
        }
    }
}
