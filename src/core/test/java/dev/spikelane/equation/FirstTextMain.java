package dev.spikelane.equation;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;

/** Prints the CPU time from a text to its neurons' first step, in microseconds: for the first text and for others. */
final class FirstTextMain {

    private static final int NEURONS = 1000;

    private FirstTextMain() {}

    public static void main(String... arguments) {
        Random random = new Random(1);
        FloatMatrix current = FloatMatrix.zeros(1, NEURONS);
        SpikeMatrix spikes = SpikeMatrix.zeros(1, NEURONS);
        for (int i = 0; i < 41; i++) {
            String text = i == 0 ? Zoo.text("izhikevich") : RandomEquations.any(random);
            long wall = System.nanoTime();
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            step(EquationNeuron.of(text), current, spikes);
            long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            System.out.println(spent / 1000 + " " + (System.nanoTime() - wall) / 1000);
        }
    }

    private static void step(Neuron neuron, FloatMatrix current, SpikeMatrix spikes) {
        Arena arena = Arena.ofAuto();
        boolean fed = neuron.ports().size() > 1;
        NeuronGroup group = fed ? neuron.bindPorts(arena, NEURONS) : neuron.bind(arena, NEURONS);
        if (fed) {
            group.run(List.of(current, FloatMatrix.zeros(1, NEURONS)), group.newState(arena, 1), spikes);
        } else {
            group.run(List.of(current), group.newState(arena, 1), spikes);
        }
    }
}
