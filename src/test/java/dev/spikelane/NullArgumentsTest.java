package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.data.Augmentation;
import dev.spikelane.data.Batch;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputCode;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.Rate;
import dev.spikelane.io.Idx;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Observer;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.Source;
import dev.spikelane.network.Weights;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.plot.CurvePlot;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import dev.spikelane.plot.TracesPlot;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Optimizer;
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
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls what users can call with null for each argument in turn, and sensible values for the others. */
final class NullArgumentsTest {

    private static final List<String> PACKAGES = List.of("data", "model", "network", "plot", "train");

    /** Their numbers are bound to memory that a trainer has checked, in loops that run millions of times. */
    private static final List<String> INSIDE =
            List.of("Adam", "Augmentation", "Gradients", "LossEvaluator", "LossInput", "Sgd");

    /** What a program implements for the library to call. */
    private static final List<String> CALLED_BACK = List.of(
            "InputCode.encode",
            "Loss.divisor",
            "CrossEntropyLoss.divisor",
            "SquaredErrorLoss.divisor",
            "Dataset.read",
            "Surrogate.backward",
            "LossGradient.of",
            "LossGradient.ofSpikes",
            "LossGradient.ofMembranes");

    @TempDir
    private Path folder;

    private final Map<Class<?>, Supplier<?>> samples = new HashMap<>();
    private int calls;

    private static Network network() {
        TorchRandom random = new TorchRandom(1);
        return Network.builder(3)
                .dense(2, random)
                .neuron(new Leaky(0.9))
                .dense(2, random)
                .neuron(new Leaky(0.9))
                .build();
    }

    private static Trainer trainer() {
        return trainerBuilder().build();
    }

    private static TrainerBuilder trainerBuilder() {
        return Trainer.of(network(), 2, 4).loss(CrossEntropyLoss.membrane());
    }

    private static Dataset data() {
        return Dataset.of(Shape.of(3), FloatMatrix.zeros(4, 3), new int[] {0, 1, 0, 1}, 2);
    }

    private static TrainingRunBuilder run() {
        return TrainingRun.of(trainer(), data(), new Batching(4));
    }

    private static Batch batch() {
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
        sample(Idx.class, () -> {
            try {
                return Idx.read("idx", new ByteArrayInputStream(new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 1}));
            } catch (IOException impossible) {
                throw new AssertionError(impossible);
            }
        });
    }

    private void samplesOfNetworks() {
        sample(Network.class, NullArgumentsTest::network);
        sample(NetworkBuilder.class, () -> Network.builder(3).dense(2, new TorchRandom(1)));
        sample(Population.class, () -> network().populations().getFirst());
        sample(Input.class, () -> network().inputs().getFirst());
        sample(Source.class, () -> network().inputs().getFirst());
        sample(Simulation.class, () -> network().simulate(1));
        sample(SimulationState.class, () -> network().simulate(1).snapshot());
        sample(Weights.class, () -> network().weights());
        sample(Observer.class, () -> (first, steps, spikes, membranes) -> {});
        sample(Dataset.class, NullArgumentsTest::data);
        sample(Batch.class, NullArgumentsTest::batch);
        sample(Batching.class, () -> new Batching(4));
        sample(InputCode.class, InputCode::frame);
        sample(Augmentation.class, () -> Augmentation.shift(1));
        sample(Augmentation[].class, () -> new Augmentation[] {Augmentation.shift(1)});
    }

    private void samplesOfTraining() {
        sample(Loss.class, CrossEntropyLoss::membrane);
        sample(CrossEntropyLoss.class, CrossEntropyLoss::membrane);
        sample(SquaredErrorLoss.class, SquaredErrorLoss::count);
        sample(Optimizer.class, () -> new Adam(0.1));
        sample(Schedule.class, Schedule::constant);
        sample(Surrogate.class, Surrogate::atan);
        sample(Decoding.class, () -> Decoding.COUNT);
        sample(Decoding.Scores.class, () -> (_, _, _) -> {});
        sample(Trainer.class, NullArgumentsTest::trainer);
        sample(TrainerBuilder.class, NullArgumentsTest::trainerBuilder);
        sample(TrainingBatch.class, () -> TrainingBatch.of(FloatMatrix.zeros(2, 3), 1));
        sample(TrainingRunBuilder.class, NullArgumentsTest::run);
        sample(Evaluator.class, () -> new Evaluator(network(), 2, new Batching(4), 1));
    }

    private void samplesOfFigures() {
        sample(Figure.class, () -> Plot.raster(SpikeMatrix.zeros(2, 3)));
        sample(TracesPlot.class, () -> Plot.traces(FloatMatrix.zeros(2, 3)));
        sample(CurvePlot.class, () -> Plot.curve("line", 1, 2));
        sample(Report.class, () -> Report.of("title"));
    }

    @Test
    void eachArgumentIsNamed() throws IOException, ReflectiveOperationException, URISyntaxException {
        samplesOfValues();
        samplesOfNetworks();
        samplesOfTraining();
        samplesOfFigures();
        TreeSet<String> wrong = new TreeSet<>();
        for (Class<?> type : types()) {
            for (Constructor<?> constructor : type.getConstructors()) {
                attempt(constructor, wrong);
            }
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers())
                        && !method.isSynthetic()
                        && !method.isBridge()
                        && !isLeftOut(method)) {
                    attempt(method, wrong);
                }
            }
        }
        assertEquals("", String.join(System.lineSeparator(), wrong));
        assertTrue(calls > 150, calls + " calls");
    }

    private static boolean isLeftOut(Method method) {
        String type = method.getDeclaringClass().getSimpleName();
        return method.getName().equals("equals")
                || method.getName().equals("valueOf")
                || type.endsWith("Observer")
                || CALLED_BACK.contains(type + "." + method.getName());
    }

    private static List<Class<?>> types() throws IOException, ReflectiveOperationException, URISyntaxException {
        Path classes = Path.of(Network.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> types = new ArrayList<>();
        for (String name : PACKAGES) {
            try (Stream<Path> files = Files.list(classes.resolve(Path.of("dev", "spikelane", name)))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String simple = file.getFileName().toString().replaceFirst("\\.class$", "");
                    if (!simple.contains("$")
                            && !simple.contains(".")
                            && !simple.endsWith("-info")
                            && INSIDE.stream().noneMatch(simple::startsWith)) {
                        Class<?> type = Class.forName("dev.spikelane." + name + "." + simple);
                        if (Modifier.isPublic(type.getModifiers())) {
                            types.add(type);
                        }
                    }
                }
            }
        }
        return types;
    }

    private void attempt(Executable call, TreeSet<String> wrong) throws ReflectiveOperationException {
        Parameter[] parameters = call.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            Class<?> type = parameters[i].getType();
            if (!type.isPrimitive() && !isNullable(parameters[i]) && hasSamples(call)) {
                Object[] arguments = new Object[parameters.length];
                for (int j = 0; j < arguments.length; j++) {
                    arguments[j] = j == i ? null : value(parameters[j].getType());
                }
                String failure = failure(call, arguments);
                if (!failure.isEmpty()) {
                    wrong.add(call.getDeclaringClass().getSimpleName() + "." + call.getName() + " "
                            + Arrays.stream(call.getParameterTypes())
                                    .map(Class::getSimpleName)
                                    .toList() + " argument " + i + ": " + failure);
                }
                calls++;
            }
        }
    }

    private static boolean isNullable(Parameter parameter) {
        return parameter.getAnnotatedType().isAnnotationPresent(Nullable.class) || isNullableComponent(parameter);
    }

    /** A compact constructor does not keep annotations of arrays. */
    private static boolean isNullableComponent(Parameter parameter) {
        Executable call = parameter.getDeclaringExecutable();
        RecordComponent[] components = call.getDeclaringClass().getRecordComponents();
        if (components == null || !(call instanceof Constructor) || components.length != call.getParameterCount()) {
            return false;
        }
        int place = List.of(call.getParameters()).indexOf(parameter);
        return components[place].getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private boolean hasSamples(Executable call) {
        return call instanceof Constructor
                || Modifier.isStatic(call.getModifiers())
                || samples.containsKey(call.getDeclaringClass());
    }

    private @Nullable Object value(Class<?> type) {
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
        return sample == null ? null : sample.get();
    }

    /** What is wrong with how a call fails; empty if it names the argument, or refuses another one in words. */
    private String failure(Executable call, Object[] arguments) throws ReflectiveOperationException {
        try {
            if (call instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            } else {
                Object target = Modifier.isStatic(call.getModifiers()) ? null : value(call.getDeclaringClass());
                ((Method) call).invoke(target, arguments);
            }
            return "accepted";
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof NullPointerException) {
                return message.matches("[a-z][A-Za-z]*( [a-zA-Z ]+)?") && !message.equals("null")
                        ? ""
                        : "NullPointerException: " + message;
            }
            return cause instanceof IllegalArgumentException || cause instanceof IllegalStateException
                    ? ""
                    : cause.toString();
        }
    }
}
