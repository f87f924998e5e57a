package dev.spikelane.neuron;

import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;

/** A neuron without a leak: {@code U = U + I - S * threshold}, with the spike of the step before. */
public record Integrator(Parameter threshold) implements Neuron {

    public Integrator {
        threshold.requireFinite("threshold");
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return new TextGroup(
                new LeakyModel(shape.size()).beta(1).threshold(threshold.values()).build(arena), variables());
    }
}
