package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.loss.LossSink;
import java.util.Optional;

/** Where a loss writes its gradients. A matrix that is not there is not computed. */
public final class LossGradient {

    /** Writes nothing but the terms: evaluation without training. */
    public static final LossGradient NONE = new LossGradient(LossSink.NONE);

    private final LossSink sink;

    private LossGradient(LossSink sink) {
        this.sink = sink;
    }

    /** Where the losses of the library write. */
    LossSink sink() {
        return sink;
    }

    /**
     * Returns a place for the gradient with respect to spikes.
     *
     * @param spikes {@code [steps * batch x outputs]}
     * @return the place
     */
    public static LossGradient ofSpikes(FloatMatrix spikes) {
        return new LossGradient(new LossSink(spikes, null, null));
    }

    /**
     * Returns a place for the gradient with respect to membranes.
     *
     * @param membranes {@code [steps * batch x outputs]}
     * @return the place
     */
    public static LossGradient ofMembranes(FloatMatrix membranes) {
        return new LossGradient(new LossSink(null, membranes, null));
    }

    /**
     * Returns a place for both gradients. A loss that does not read one of the two leaves that matrix as it is.
     *
     * @param spikes {@code [steps * batch x outputs]}
     * @param membranes {@code [steps * batch x outputs]}
     * @return the place
     */
    public static LossGradient of(FloatMatrix spikes, FloatMatrix membranes) {
        return new LossGradient(new LossSink(spikes, membranes, null));
    }

    /**
     * Returns this place with one for the terms of the loss before samples are added up.
     *
     * @param terms {@code [batch x 1]} for cross-entropy and penalties, {@code [batch x classes]} for squared errors,
     *     {@code [spikes * batch x outputs]} for those of several spike times
     * @return the place
     */
    public LossGradient withElements(FloatMatrix terms) {
        return new LossGradient(new LossSink(sink.spikes(), sink.membranes(), terms));
    }

    /** This place with one for scores of the classes of samples. */
    LossGradient withScores(FloatMatrix scores) {
        return new LossGradient(new LossSink(sink.spikes(), sink.membranes(), sink.elements(), scores));
    }

    /**
     * Returns where the gradient with respect to spikes goes.
     *
     * @return {@code [steps * batch x outputs]}, or nothing
     */
    public Optional<FloatMatrix> spikes() {
        return Optional.ofNullable(sink.spikes());
    }

    /**
     * Returns where the gradient with respect to membranes goes, as they are before the reset.
     *
     * @return {@code [steps * batch x outputs]}, or nothing
     */
    public Optional<FloatMatrix> membranes() {
        return Optional.ofNullable(sink.membranes());
    }

    /**
     * Returns where the terms go.
     *
     * @return the matrix, or nothing
     */
    public Optional<FloatMatrix> elements() {
        return Optional.ofNullable(sink.elements());
    }
}
