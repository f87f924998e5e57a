package dev.spikelane.cli.selftest;

import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.encode.Delta;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.Rate;
import dev.spikelane.equation.Zoo;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Source;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.List;

/** Computations of the public API whose results are equal on every machine. */
enum Computation {
    LAYERS,
    NEURONS,
    EQUATIONS,
    CONVOLUTIONS,
    INTEGERS,
    GRAPHS,
    SPARSE,
    PLASTICITY,
    TRAINING,
    ENCODERS,
    FILES;

    private static final int STEPS = 20;
    private static final int CLASSES = 10;
    private static final List<Float> DENSITIES = List.of(0.02f, 0.1f, 0.5f, 0.9f);

    String checksum() {
        Checksum sum = new Checksum();
        switch (this) {
            case LAYERS -> layers(sum);
            case NEURONS -> neurons(sum);
            case EQUATIONS -> equations(sum);
            case CONVOLUTIONS -> convolutions(sum);
            case INTEGERS -> integers(sum);
            case GRAPHS -> graphs(sum);
            case SPARSE -> sparse(sum);
            case PLASTICITY -> plasticity(sum);
            case TRAINING -> training(sum);
            case ENCODERS -> encoders(sum);
            case FILES -> files(sum);
        }
        return sum.toString();
    }

    private static void layers(Checksum sum) {
        for (int batch : new int[] {1, 33}) {
            for (float density : DENSITIES) {
                run(tutorial(), batch, spikes(batch, 784, density), sum);
            }
            run(tutorial(), batch, new TorchRandom(batch).rand(STEPS * batch, 784), sum);
        }
    }

    private static Network tutorial() {
        TorchRandom random = new TorchRandom(3);
        return Network.builder(784)
                .dense(1000, random)
                .neuron(new Leaky(0.95))
                .dense(CLASSES, random)
                .neuron(new Leaky(0.95))
                .build();
    }

    private static void neurons(Checksum sum) {
        TorchRandom random = new TorchRandom(5);
        Leaky leaky = new Leaky(0.9).withThreshold(0.5);
        for (Neuron neuron : List.of(
                leaky.withReset(Reset.ZERO),
                leaky.withReset(Reset.NONE).withDelayedReset(false),
                leaky.withInhibition(true),
                leaky.withGradedSpikesFactor(1.5),
                new Synaptic(0.9, 0.8),
                new Alpha(0.9, 0.8),
                Lapicque.ofBeta(0.7),
                new RLeaky(Recurrence.allToAll(70, random), 0.9))) {
            Network network =
                    Network.builder(50).dense(70, random).neuron(neuron).build();
            run(network, 3, spikes(3, 50, 0.4f), sum);
        }
    }

    private static void equations(Checksum sum) {
        TorchRandom random = new TorchRandom(7);
        for (String name : Zoo.NAMES) {
            EquationNeuron neuron = EquationNeuron.of(Zoo.text(name));
            NetworkBuilder builder = Network.builder();
            Input input = builder.input("input", Shape.of(30));
            Population population = builder.population("population", Shape.of(70), neuron);
            for (String port : neuron.ports()) {
                builder.project(port, input, population, Dense.linear(30, 70, random))
                        .port(port);
            }
            Network network = builder.build();
            FloatMatrix values = new TorchRandom(9).rand(STEPS * 2, 30);
            try (Simulation simulation = network.simulate(2)) {
                simulation.run(values);
                for (String variable : neuron.variables()) {
                    sum.add(simulation.state(0).variable(variable));
                }
            }
        }
    }

    private static void convolutions(Checksum sum) {
        Network network = images();
        for (float density : DENSITIES) {
            run(network, 2, spikes(2, 28 * 28, density), sum);
        }
        run(network, 2, new TorchRandom(2).rand(STEPS * 2, 28 * 28), sum);
    }

    private static Network images() {
        TorchRandom random = new TorchRandom(11);
        return Network.builder(Shape.of(1, 28, 28))
                .conv2d(12, 5, random)
                .maxPool2d(2)
                .neuron(new Leaky(0.5))
                .connect(Convolution.of(12, 16, Kernel.of(5).withPadding(2), random))
                .avgPool2d(2)
                .neuron(new Leaky(0.5).withThreshold(0.2))
                .flatten()
                .dense(CLASSES, random)
                .neuron(new Leaky(0.5).withThreshold(0.2))
                .build();
    }

    private static void integers(Checksum sum) {
        for (ElementType type : List.of(ElementType.INT8, ElementType.INT16)) {
            run(tutorial().quantized(type), 5, spikes(5, 784, 0.3f), sum);
            run(images().quantized(type), 2, spikes(2, 28 * 28, 0.3f), sum);
        }
    }

    private static void graphs(Checksum sum) {
        Network network = graph();
        SpikeMatrix input = spikes(3, 40, 0.3f);
        byte[] state;
        try (Simulation simulation = network.simulate(3, 2)) {
            simulation.run(input);
            state = simulation.snapshot().toBytes();
        }
        sum.add(state);
    }

    private static Network graph() {
        TorchRandom random = new TorchRandom(13);
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("input", Shape.of(40));
        Population first = builder.population("first", Shape.of(65), new Leaky(0.9).withThreshold(0.4));
        Population second = builder.population("second", Shape.of(33), new Synaptic(0.9, 0.8).withThreshold(0.3));
        builder.project("in", input, first, Dense.linear(40, 65, random))
                .project("on", first, second, Dense.linear(65, 33, random))
                .delay(2)
                .project("back", second, first, Dense.linear(33, 65, random))
                .delay(1)
                .project("shown", first.variable("membrane"), second, Dense.linear(65, 33, random));
        return builder.build();
    }

    private static void sparse(Checksum sum) {
        Sparse some = Sparse.of(Connectivity.probability(0.1)).to(500).delays(Distribution.uniform(1, 8));
        sparse(some, sum);
        sparse(some.fixedPoint(1.0 / 1024), sum);
    }

    private static void sparse(Sparse some, Checksum sum) {
        NetworkBuilder builder = Network.builder();
        Population drive = builder.population(
                "drive", Shape.of(100), Source.poisson(0.2, 1).withSeed(1));
        Population cells = builder.population("cells", Shape.of(500), new Leaky(0.95));
        builder.project(
                        "drive",
                        drive,
                        cells,
                        some.weights(Distribution.normal(0.1, 0.05)).seed(2))
                .project(
                        "loop",
                        cells,
                        cells,
                        some.weights(Distribution.uniform(-0.1, 0.1)).seed(3));
        int steps = 100;
        try (Simulation simulation = builder.build().simulate(1, 2)) {
            Population.SpikeRecorder spikes = simulation.recordSpikes("cells", steps);
            simulation.run(steps);
            sum.add(simulation.state("cells").membrane());
            sum.add(spikes.spikes());
        }
    }

    private static void plasticity(Checksum sum) {
        for (Plasticity rule : List.of(Plasticity.stdp(), Plasticity.pairStdp(), Plasticity.tripletStdp())) {
            NetworkBuilder builder = Network.builder();
            Input input = builder.input("input", Shape.of(90));
            Population population = builder.population("population", Shape.of(70), new Leaky(0.8).withThreshold(0.2));
            Dense dense = Dense.linear(90, 70, new TorchRandom(17));
            Network network = builder.project("learns", input, population, dense)
                    .plastic(rule)
                    .build();
            try (Simulation simulation = network.simulate(2)) {
                simulation.run(spikes(2, 90, 0.2f));
                sum.add(simulation.plasticWeights());
            }
        }
    }

    private static void training(Checksum sum) {
        Adam adam = new Adam(0.01);
        for (Surrogate surrogate : List.of(
                Surrogate.atan(),
                Surrogate.fastSigmoid(),
                Surrogate.sigmoid(),
                Surrogate.straightThrough(),
                Surrogate.triangular(),
                Surrogate.sfs())) {
            train(graph(), surrogate, adam, spikes(12, 40, 0.3f), sum);
        }
        train(graph(), Surrogate.atan(), new Sgd(0.1).withMomentum(0.9), spikes(12, 40, 0.3f), sum);
        train(tutorial(), Surrogate.atan(), Adam.decoupled(0.01), new TorchRandom(1).rand(STEPS * 12, 784), sum);
        train(images(), Surrogate.fastSigmoid(25), adam, spikes(12, 28 * 28, 0.3f), sum);
    }

    private static void train(
            Network network, Surrogate surrogate, Trainer.Optimizer optimizer, Signal input, Checksum sum) {
        int[] labels = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1};
        try (Trainer trainer = Trainer.of(network, STEPS, labels.length)
                .loss(CrossEntropyLoss.membrane())
                .surrogate(surrogate)
                .optimizer(optimizer)
                .threads(2)
                .build()) {
            for (int i = 0; i < 2; i++) {
                trainer.step(TrainingBatch.of(input, labels));
            }
        }
        sum.add(network.weights());
    }

    private static void encoders(Checksum sum) {
        FloatMatrix values = new TorchRandom(19).rand(6, 130);
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS * 6, 130);
        new Rate().encode(values, spikes, 23);
        sum.add(spikes);
        new Rate().encode(values, spikes, new TorchRandom(23));
        sum.add(spikes);
        FloatMatrix times = FloatMatrix.zeros(6, 130);
        new Latency().times(values, times);
        sum.add(times);
        SpikeMatrix changes = SpikeMatrix.zeros(6, 130);
        new Delta().encode(values, 1, changes);
        sum.add(changes);
    }

    private static void files(Checksum sum) {
        for (Network network : List.of(graph(), images(), images().quantized(ElementType.INT8))) {
            byte[] bytes = ModelFile.toBytes(network);
            sum.add(bytes);
            sum.add(ModelFile.of(bytes).weights());
        }
    }

    private static SpikeMatrix spikes(int batch, int inputs, float density) {
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS * batch, inputs);
        FloatMatrix values = FloatMatrix.zeros(batch, inputs);
        values.fill(density);
        new Rate().encode(values, spikes, batch);
        return spikes;
    }

    private static void run(Network network, int batch, Signal input, Checksum sum) {
        try (Simulation simulation = network.simulate(batch, 2)) {
            int last = network.populations().size() - 1;
            Population.SpikeRecorder spikes = simulation.recordSpikes(last, STEPS);
            Population.VariableRecorder membranes = simulation.recordMembranes(last, STEPS);
            simulation.run(input);
            sum.add(simulation.state(0).membrane());
            sum.add(spikes.spikes());
            sum.add(membranes.values());
        }
    }
}
