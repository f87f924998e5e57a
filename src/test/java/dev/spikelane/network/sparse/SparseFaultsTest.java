package dev.spikelane.network.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Draw;
import dev.spikelane.connection.Edges;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What sparse projections got wrong once. */
@EveryWidth
final class SparseFaultsTest {

    private static final int NEURONS = 100;
    private static final Sparse SOME = Sparse.of(Edges.probability(0.1)).weights(Draw.normal(0.2, 0.2));

    private static Network inPath() {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(NEURONS));
        Population neurons = builder.population("neurons", Shape.of(NEURONS), new Leaky(0.9f));
        builder.project("in", input, neurons, SOME, OneToOne.scale(2));
        return builder.build();
    }

    /** A trainer's gradients in a path of several connections are its own. */
    @Test
    void trainersThatFollowEachOther() {
        Network network = inPath();
        Network once = inPath();
        int[] labels = {1, 2};
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), 20, NEURONS, 0.3, new Random(1));
        try (Trainer trainer = trainer(once)) {
            trainer.step(TrainingBatch.of(spikes, labels));
            trainer.step(TrainingBatch.of(spikes, labels));
        }
        for (int i = 0; i < 2; i++) {
            try (Trainer trainer = trainer(network)) {
                trainer.step(TrainingBatch.of(spikes, labels));
            }
        }
        assertEquals(once.weights().hash(), network.weights().hash());
    }

    private static Trainer trainer(Network network) {
        return Trainer.of(network, 10, 2)
                .loss(CrossEntropyLoss.count())
                .optimizer(new Sgd(0.1))
                .build();
    }
}
