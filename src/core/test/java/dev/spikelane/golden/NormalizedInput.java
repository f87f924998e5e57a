package dev.spikelane.golden;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;

/** A normalized input, and neurons whose membranes are their currents. */
final class NormalizedInput {

    final Network network;
    final Shape shape;

    NormalizedInput(BatchNorm declared, Shape shape) {
        this.shape = shape;
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        Population p = builder.population(
                "p", shape, new Leaky(0f).withThreshold(1e30f).withReset(Reset.NONE));
        builder.project("x-p", x, p, new OneToOne(1), declared);
        this.network = builder.build();
    }

    void set(String name, float[] values) {
        network.weights().replace("x-p.1." + name, FloatMatrix.vector(values));
    }

    float[] get(String name) {
        return network.weights().get("x-p.1." + name).toArray();
    }

    Gradients gradients(int steps, int batch) {
        return Gradients.of(network, steps, batch)
                .keep("p", "membrane")
                .startAt("p", "membrane")
                .toInput("x")
                .build();
    }

    /** A step at a rate of 0 moves only running values. */
    void train(FloatMatrix x, int steps, int batch) {
        try (Trainer trainer = Trainers.of(network, steps, batch, CrossEntropyLoss.membrane(), new Sgd(1))) {
            trainer.setRate(0);
            trainer.step(TrainingBatch.of(x, new int[batch]));
        }
    }

    /** Returns the output of the last step. */
    float[] simulate(FloatMatrix x, int batch) {
        try (Simulation simulation = network.simulate(batch)) {
            simulation.run(x);
            return simulation.state(0).membrane().toArray();
        }
    }
}
