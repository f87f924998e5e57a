package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.nio.ByteBuffer;
import java.util.Arrays;

public final class Sessions {
    private final Simulation simulation; // one for all sessions; one thread at a time uses it
    private final SpikeCounts counts;
    private final ByteBuffer fresh;

    public Sessions(Network network) {
        simulation = network.simulate(1);
        counts = simulation.keepInState(simulation.countSpikes("lif2")); // each session has its own
        fresh = begin();
        simulation.snapshot(fresh.clear());
    }

    /** The state of a session that has seen nothing. */
    public ByteBuffer begin() {
        var state = ByteBuffer.allocate(simulation.stateBytes());
        return fresh == null ? state : state.put(fresh.clear());
    }

    /** Takes a session some steps further. */
    public int advance(ByteBuffer session, SpikeMatrix events) {
        simulation.restore(session.clear());
        simulation.run(events);
        simulation.snapshot(session.clear());
        return counts.label(0);
    }

    public static void main(String[] arguments) {
        var random = new TorchRandom(42);
        var network = Network.builder(64)
                .dense(100, random).neuron(new Leaky(0.9))
                .dense(10, random).neuron(new Leaky(0.9)).build();
        var pixels = random.rand(1000, 64); // what each of 1,000 sensors sees
        var sessions = new Sessions(network);
        var states = new ByteBuffer[1000];
        Arrays.setAll(states, session -> sessions.begin());
        int[] labels = new int[1000];
        var events = SpikeMatrix.zeros(5, 64);
        for (int piece = 0; piece < 20; piece++) { // 20 pieces of 5 steps, all sessions in turns
            for (int session = 0; session < 1000; session++) {
                new Rate().encode(pixels.rows(session, 1), events, 1000L * piece + session);
                labels[session] = sessions.advance(states[session], events);
            }
        }

        var alone = sessions.begin(); // one of them again, all its pieces in a row
        int label = -1;
        for (int piece = 0; piece < 20; piece++) {
            new Rate().encode(pixels.rows(7, 1), events, 1000L * piece + 7);
            label = sessions.advance(alone, events);
        }
        System.out.println("1000 sessions of " + alone.capacity() + " bytes; session 7 is the same alone: "
                + (label == labels[7] && alone.clear().equals(states[7].clear())));
    }
}
