package dev.spikelane.plot;

import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.plot.data.Signals;
import java.util.Objects;

/** Images of events: 1 for on events, -1 for off events, and faded values of earlier events. */
final class EventFrames {

    private EventFrames() {}

    /**
     * Creates an image for each step.
     *
     * @param left the remaining fraction of a pixel's value after a step
     */
    static ImagePlot of(SpikeMatrix spikes, Shape shape, float left) {
        Objects.requireNonNull(spikes, "spikes");
        Objects.requireNonNull(shape, "shape");
        if (shape.rank() != 3 || shape.channels() > 2 || shape.size() != spikes.columns()) {
            throw new IllegalArgumentException("shape is " + shape + ", expected [1 x height x width] or"
                    + " [2 x height x width] of " + spikes.columns() + " neurons");
        }
        int pixels = shape.height() * shape.width();
        ImagePlot.requireSize(spikes.rows(), pixels);
        float[] frames = new float[spikes.rows() * pixels];
        for (int step = 0; step < spikes.rows(); step++) {
            int first = step * pixels;
            for (int i = 0; i < pixels && step > 0; i++) {
                frames[first + i] = frames[first - pixels + i] * left;
            }
            for (int neuron = spikes.next(step, 0); neuron >= 0; neuron = spikes.next(step, neuron + 1)) {
                boolean off = shape.channels() == 2 && neuron < pixels;
                frames[first + neuron % pixels] = off ? -1 : 1;
            }
        }
        return new ImagePlot(new Signals(spikes.rows(), pixels, frames), shape.width());
    }
}
