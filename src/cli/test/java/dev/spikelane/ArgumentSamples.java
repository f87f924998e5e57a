package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Psn;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Delta;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.Rate;
import dev.spikelane.encode.RateTargets;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.Idx;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.StateDict;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.EventStream;
import dev.spikelane.network.Input;
import dev.spikelane.network.Learning;
import dev.spikelane.network.Metrics;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.network.Weights;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.SpikeList;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.plot.CurvePlot;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import dev.spikelane.plot.TracesPlot;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.session.Recording;
import dev.spikelane.session.SessionKey;
import dev.spikelane.session.SessionPool;
import dev.spikelane.session.SessionPoolBuilder;
import dev.spikelane.session.SessionStore;
import dev.spikelane.train.Adam;
import dev.spikelane.train.Classifier;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Schedule;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import dev.spikelane.train.TrainingRunBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A valid value of each type in the public API. */
final class ArgumentSamples {

    private final Path folder;
    private final Map<Class<?>, Supplier<?>> samples = new HashMap<>();

    ArgumentSamples(Path folder) {
        this.folder = folder;
        samplesOfValues();
        samplesOfNetworks();
        samplesOfKernels();
        samplesOfFiles();
        samplesOfConnections();
        samplesOfNeurons();
        samplesOfTraining();
        samplesOfFigures();
    }

    @Nullable
    Object value(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == double.class) {
            return 0.5;
        }
        if (type == float.class) {
            return 0.5f;
        }
        if (type.isPrimitive()) {
            return type == long.class ? (Object) 1L : (Object) 1;
        }
        Supplier<?> sample = samples.get(type);
        if (sample == null && type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        return sample == null ? null : sample.get();
    }

    private static Network network() {
        return Networks.dense(new TorchRandom(1), new Leaky(0.9), 3, 2, 2);
    }

    private static Learning learning() {
        NetworkBuilder builder = Network.builder();
        Population population = builder.population("p", Shape.of(2), new Leaky(0.9));
        builder.project("x-p", builder.input("x", Shape.of(3)), population, Dense.linear(3, 2, new TorchRandom(1)))
                .plastic(Plasticity.stdp());
        return builder.build().simulate(1).learning(1, 1, 1);
    }

    private static Trainer trainer() {
        return trainerBuilder().build();
    }

    private static TrainerBuilder trainerBuilder() {
        return Trainer.of(network(), 2, 4).loss(CrossEntropyLoss.membrane());
    }

    private static Model model() {
        return Model.of(network())
                .with(Model.STEPS, "2")
                .with(Model.CODE, "frame")
                .with(Model.POPULATION, "lif2");
    }

    private static Dataset data() {
        return Dataset.of(Shape.of(3), FloatMatrix.zeros(4, 3), new int[] {0, 1, 0, 1}, 2);
    }

    private static TrainingRunBuilder run() {
        return TrainingRun.of(trainer(), data(), new Batching(4));
    }

    private static TrainingRun trainingRun() {
        try {
            return run().build();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static BatchLoader.Batch batch() {
        BatchLoader loader = new BatchLoader(data(), new Batching(4));
        loader.start(0);
        assertTrue(loader.next());
        loader.close();
        return loader.batch();
    }

    private <T> void sample(Class<T> type, Supplier<? extends T> value) {
        samples.put(type, value);
    }

    private void samplesOfValues() {
        sample(String.class, () -> "lif1");
        sample(Object.class, () -> "any");
        sample(String[].class, () -> new String[] {"lif1.beta"});
        sample(int[].class, () -> new int[] {0, 1});
        sample(long[].class, () -> new long[] {1, 2});
        sample(double[].class, () -> new double[] {0.5, 1});
        sample(float[].class, () -> new float[] {1});
        sample(byte[].class, () -> network().simulate(1).snapshot().toBytes());
        sample(List.class, List::of);
        sample(Map.class, Map::of);
        sample(Path.class, () -> folder.resolve("file.html"));
        sample(InputStream.class, () -> new ByteArrayInputStream(new byte[9]));
        sample(Arena.class, Arena::ofAuto);
        sample(Shape.class, () -> Shape.of(3));
        sample(FloatMatrix.class, () -> FloatMatrix.zeros(2, 3));
        sample(SpikeMatrix.class, () -> SpikeMatrix.zeros(2, 3));
        sample(Signal.class, () -> FloatMatrix.zeros(2, 3));
        sample(TorchRandom.class, () -> new TorchRandom(1));
        sample(Neuron.class, () -> new Leaky(0.9));
        sample(Connection.class, () -> Dense.linear(3, 2, new TorchRandom(1)));
        sample(Connection[].class, () -> new Connection[] {Dense.linear(3, 2, new TorchRandom(1))});
        sample(Rate.class, Rate::new);
        sample(Latency.class, () -> new Latency());
        sample(InputEncoding.SpikeChange.class, () -> InputEncoding.SpikeChange.flip(0.5));
        sample(InputEncoding.SpikeChange[].class, () ->
                new InputEncoding.SpikeChange[] {InputEncoding.SpikeChange.flip(0.5)});
        sample(EventStream.class, () -> {
            Network flat = Networks.dense(new TorchRandom(1), new Leaky(0.9), 8, 2);
            return new EventStream(flat.simulate(1), "lif1", EventBinning.of(2, 2), 2, 1);
        });
        sample(EventBlock.class, () -> new EventBlock(64));
        sample(EventBinning.class, () -> EventBinning.of(2, 2));
        sample(EventBinning.Bins.class, () -> EventBinning.of(2, 2).bins());
        sample(EventSource.class, () -> block -> block.size() > 0);
        sample(Idx.class, () -> {
            try {
                return Idx.read(
                        "idx",
                        new ByteArrayInputStream(new byte[] {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6}));
            } catch (IOException impossible) {
                throw new AssertionError(impossible);
            }
        });
    }

    private void samplesOfKernels() {
        sample(IntegerMatrix.class, () -> IntegerMatrix.of(2, 3, new byte[6], 1, 1));
        sample(Parameter.class, () -> Parameter.of(0.5f));
        sample(short[].class, () -> new short[6]);
        sample(float[][].class, () -> new float[][] {{1}});
        sample(FloatMatrix[].class, () -> new FloatMatrix[] {FloatMatrix.zeros(2, 3)});
        sample(SpikeMatrix[].class, () -> new SpikeMatrix[] {SpikeMatrix.zeros(2, 3)});
        sample(IntConsumer.class, () -> (IntConsumer) _ -> {});
        sample(Matmul.class, Matmul::new);
        sample(Matmul.Weights.class, () -> Matmul.Weights.of(FloatMatrix.zeros(2, 3)));
        sample(CounterRandom.Draws.class, () -> CounterRandom.Draws.noise(1, 2, 3));
        sample(Delta.class, Delta::new);
        sample(Latency.Targets.class, () -> new Latency.Targets(new Latency()));
        sample(RateTargets.class, () -> new RateTargets(0.5, 0.25));
        sample(ByteBuffer.class, () -> ByteBuffer.allocate(4096));
    }

    private void samplesOfFiles() {
        Tensor tensor = Tensor.of("any", FloatMatrix.zeros(2, 3), List.of(2, 3));
        NirFile.Graph.Node node = NirFile.Graph.Node.of("Linear", Map.of("weight", tensor));
        sample(Tensor.class, () -> tensor);
        sample(MemorySegment.class, tensor::bytes);
        sample(Tensors.class, () -> Tensors.of(Tensors.Format.NUMPY, List.of(tensor)));
        sample(NirFile.Graph.Node.class, () -> node);
        sample(NirFile.Graph.class, () -> new NirFile.Graph(Map.of("fc1", node), List.of()));
    }

    private void samplesOfConnections() {
        sample(Dense.class, () -> Dense.linear(3, 2, new TorchRandom(1)));
        sample(Kernel.class, () -> Kernel.of(3));
        sample(Kernel.Axis.class, () -> Kernel.of(3).y());
        sample(Pool.class, () -> Pool.max(2));
        sample(Pool.Axis.class, () -> Pool.max(2).y());
        sample(BatchNorm.class, () -> BatchNorm.of(3));
        sample(Psn.class, () -> Psn.of(2, new TorchRandom(1)));
        sample(Flatten.class, Flatten::new);
        sample(OneToOne.class, () -> new OneToOne(1));
        sample(OneToOne.Scale.class, () -> OneToOne.scale(1));
        sample(Sparse.class, () -> Sparse.of(Connectivity.of(new int[] {0, 2}, new int[] {1, 1})));
        sample(Plasticity.class, Plasticity::stdp);
        sample(Connectivity.class, () -> Connectivity.probability(0.5));
        sample(Distribution.class, () -> Distribution.normal(1, 0.5));
        sample(SynapseRows.class, () -> Sparse.of(Connectivity.probability(0.5)).synapses(Shape.of(3)));
        sample(DoubleConsumer.class, () -> (DoubleConsumer) _ -> {});
        sample(Recurrent.class, () -> new Recurrent(FloatMatrix.zeros(3, 3), FloatMatrix.zeros(1, 3)));
        sample(
                Dense.Integers.class,
                () -> Dense.linear(3, 2, new TorchRandom(1)).nearest(ElementType.INT8));
        sample(Convolution.class, () -> Convolution.of(1, 2, Kernel.of(3), new TorchRandom(1)));
    }

    private void samplesOfNeurons() {
        Recurrence own = Recurrence.oneToOne(0.5);
        sample(Recurrence.class, () -> own);
        sample(ThresholdAndReset.class, () -> new Leaky(0.9).firing());
        sample(Quantization.class, () -> Quantization.of(0, 1));
        sample(Leaky.class, () -> new Leaky(0.9));
        sample(RLeaky.class, () -> new RLeaky(own, 0.9));
        sample(RSynaptic.class, () -> new RSynaptic(own, 0.9, 0.8));
        sample(Synaptic.class, () -> new Synaptic(0.9, 0.8));
        sample(Alpha.class, () -> new Alpha(0.9, 0.8));
        sample(Lapicque.class, () -> Lapicque.ofBeta(0.9));
        sample(LeakyParallel.class, () -> new LeakyParallel(0.9));
        sample(StateLeaky.class, () -> new StateLeaky(0.9));
        sample(DeltaLeaky.class, () -> new DeltaLeaky(0.9));
        sample(HandLif.class, () -> new HandLif(0.9));
        sample(Lif.class, () -> Lif.snnTorch(0.9));
        sample(SLstm.class, () -> SLstm.random(3, 2, new TorchRandom(1)).neuron());
        sample(EquationNeuron.class, () -> EquationNeuron.of("input i\nstate v\nv = 0.9 * v + i\nspike v > 1"));
        sample(NeuronGroup.class, () -> new Leaky(0.9).bind(Arena.ofAuto(), 3));
        sample(NeuronState.class, () -> new Leaky(0.9).bind(Arena.ofAuto(), 3).newState(Arena.ofAuto(), 2));
    }

    private void samplesOfNetworks() {
        sample(Network.class, ArgumentSamples::network);
        sample(NetworkBuilder.class, () -> Network.builder(3).dense(2, new TorchRandom(1)));
        sample(Population.class, () -> network().populations().getFirst());
        sample(Input.class, () -> network().inputs().getFirst());
        sample(SpikeList.class, () -> SpikeList.of(new int[] {1}, new int[] {0}));
        sample(Projection.Source.class, () -> network().inputs().getFirst());
        sample(Simulation.class, () -> network().simulate(1));
        sample(Learning.class, ArgumentSamples::learning);
        sample(SessionPool.class, () -> SessionPool.builder(network()).build());
        sample(
                SessionPool.Answers.class,
                () -> SessionPool.builder(network()).build().newAnswers(4));
        sample(
                Recording.class,
                () -> SessionPool.builder(network())
                        .build()
                        .recording(1, new byte[0], Map.of("input", SpikeMatrix.zeros(1, 3)), SpikeMatrix.zeros(1, 2)));
        sample(SessionPoolBuilder.class, () -> SessionPool.builder(network()));
        sample(SessionKey.class, () -> SessionKey.of(7));
        sample(SessionStore.class, () -> SessionStore.ofFolder(folder));
        sample(SimulationState.class, () -> network().simulate(1).snapshot());
        sample(Weights.class, () -> network().weights());
        sample(Population.Observer.class, () -> (first, steps, spikes, membranes) -> {});
        sample(SpikeCounts.class, () -> new SpikeCounts(Arena.ofAuto(), 2, 3));
        sample(Population.SpikeTimes.class, () -> network().simulate(1).recordSpikeTimes("lif2"));
        sample(Population.SpikeRecorder.class, () -> new Population.SpikeRecorder(Arena.ofAuto(), 2, 2, 3));
        sample(Population.VariableRecorder.class, () -> new Population.VariableRecorder(Arena.ofAuto(), 2, 2, 3));
        sample(Metrics.class, () -> (Metrics) (_, _) -> {});
        sample(EarlyExit.class, () -> EarlyExit.exact(4));
        sample(EarlyExit.Labels.class, () -> EarlyExit.exact(4).labels());
        sample(StateDict.class, () -> StateDict.of(network()));
        sample(CExport.class, () -> CExport.of(network()));
        sample(Model.class, ArgumentSamples::model);
        sample(NirImport.class, () -> NirImport.DEFAULT);
        sample(Dataset.class, ArgumentSamples::data);
        sample(BatchLoader.class, () -> new BatchLoader(data(), new Batching(4)));
        sample(BatchLoader.Batch.class, ArgumentSamples::batch);
        sample(Batching.class, () -> new Batching(4));
        sample(InputEncoding.class, InputEncoding::frame);
        sample(Batching.Augmentation.class, () -> Batching.Augmentation.shift(1));
        sample(Batching.Augmentation[].class, () -> new Batching.Augmentation[] {Batching.Augmentation.shift(1)});
    }

    private void samplesOfTraining() {
        sample(Loss.class, CrossEntropyLoss::membrane);
        sample(CrossEntropyLoss.class, CrossEntropyLoss::membrane);
        sample(SquaredErrorLoss.class, SquaredErrorLoss::count);
        sample(Trainer.Optimizer.class, () -> new Adam(0.1));
        sample(Schedule.class, Schedule::constant);
        sample(Surrogate.class, Surrogate::atan);
        sample(Decoding.class, () -> Decoding.COUNT);
        sample(Decoding.Scores.class, () -> (_, _, _) -> {});
        sample(Trainer.class, ArgumentSamples::trainer);
        sample(Classifier.class, () -> Classifier.of(model()));
        sample(GradientsBuilder.class, () -> Gradients.of(network(), 2, 4));
        sample(Gradients.class, () -> Gradients.of(network(), 2, 4).build());
        sample(Loss.Input.class, () -> new Loss.Input(2, 4, 2));
        sample(TrainingRun.class, ArgumentSamples::trainingRun);
        sample(TrainerBuilder.class, ArgumentSamples::trainerBuilder);
        sample(TrainingBatch.class, () -> TrainingBatch.of(FloatMatrix.zeros(2, 3), 1));
        sample(TrainingRunBuilder.class, ArgumentSamples::run);
        sample(Evaluator.class, () -> new Evaluator(network(), 2, new Batching(4), 1));
    }

    private void samplesOfFigures() {
        sample(Figure.class, () -> Plot.raster(SpikeMatrix.zeros(2, 3)));
        sample(TracesPlot.class, () -> Plot.traces(FloatMatrix.zeros(2, 3)));
        sample(CurvePlot.class, () -> Plot.curve("line", 1, 2));
        sample(Report.class, () -> Report.of("title"));
    }
}
