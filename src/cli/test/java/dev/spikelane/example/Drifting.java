package dev.spikelane.example;

import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntUnaryOperator;

public class Drifting {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Random RANDOM = new Random(1);

    /** A neuron that fires where it sees what it has often seen: one of 64 inputs fires in each step. */
    private static Network detector() {
        var rule = Plasticity.of("""
                rule Familiar
                on pre
                w += 0.1 * (1 - w)
                each step
                w = 0.999 * w
                """);
        var builder = Network.builder();
        var value = builder.input("value", Shape.of(64));
        var familiar = builder.population("familiar", Shape.of(1),
                new Leaky(0).withThreshold(0.4f).withReset(Reset.NONE));
        builder.project("see", value, familiar, Dense.of(FloatMatrix.zeros(1, 64))).plastic(rule);
        return builder.build();
    }

    /** The input that fires at a step: a sine whose middle drifts. */
    private static int sine(int step) {
        return (int) (20 + step / 1_000 + 12 * Math.sin(step * 0.1));
    }

    private static SpikeMatrix spikes(int first, int steps, IntUnaryOperator values) {
        var spikes = SpikeMatrix.zeros(steps, 64);
        for (int step = 0; step < steps; step++) {
            spikes.set(step, values.applyAsInt(first + step), true);
        }
        return spikes;
    }

    /** The share of 500 steps that published weights find familiar. */
    private static String found(Network network, int first, IntUnaryOperator values) {
        try (Simulation serving = network.serve(1, 1)) {
            var count = serving.countSpikes("familiar");
            serving.run(spikes(first, 500, values));
            return Math.round(count.perNeuron().get(0, 0) / 5.0) + " %";
        }
    }

    public static void main(String[] arguments) {
        var network = detector();
        IntUnaryOperator noise = _ -> RANDOM.nextInt(64);
        var burst = SpikeMatrix.zeros(100, 64);
        for (int i = 0; i < 6_400; i++) {
            burst.set(i / 64, i % 64, true);
        }
        try (var simulation = network.simulate(1)) {
            simulation.run(spikes(0, 1_000, Drifting::sine));
            var learning = simulation.learning(500, 8, 1.6); // a snapshot each 500 steps, the last 8 of them
            learning.publish(SOON);
            System.out.println("at first: " + found(network, 500, Drifting::sine) + " of the sine, "
                    + found(network, 500, noise) + " of noise");
            System.out.println("drifted, not learned: " + found(network, 20_500, Drifting::sine) + " of the sine");
            simulation.run(spikes(1_000, 20_000, Drifting::sine));
            learning.publish(SOON);
            System.out.println("drifted and learned: " + found(network, 20_500, Drifting::sine) + "; " + learning);

            simulation.run(spikes(0, 500, noise));
            while (!learning.isFrozen()) {
                simulation.run(burst);
            }
            System.out.println("garbage: " + learning);
            try {
                learning.publish(SOON);
            } catch (IllegalStateException refused) {
                System.out.println("not published: " + refused.getMessage());
            }
            long step = learning.rollback(SOON);
            learning.publish(SOON);
            System.out.println("rolled back to step " + step + ": " + found(network, 20_500, Drifting::sine)
                    + " of the sine, " + found(network, 20_500, noise) + " of noise");
            learning.resume();
        }
    }
}
