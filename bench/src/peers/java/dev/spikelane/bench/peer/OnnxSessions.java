package dev.spikelane.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.session.SessionPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * 100,000 sessions of 784-1000-10 by ONNX Runtime, floats. Membranes and spikes of both layers are inputs and outputs
 * of one step; they are gathered from and scattered to an array of each session. Prints steps per second for some
 * batches, beside {@link SessionPool}, in turns. Before that, 20 steps of both must give the same spikes, except for
 * sums that were rounded differently.
 */
public final class OnnxSessions {

    private static final int SESSIONS = 100_000;
    private static final int INPUTS = 784;
    private static final int[] NEURONS = {1_000, 10};
    private static final int THREADS = 2;
    private static final int ROUNDS = 5;
    private static final long ROUND = 700_000_000;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Network network;
    /** Membranes and spikes of both layers, of each session. */
    private final float[][] states = new float[SESSIONS][];

    private OnnxSessions() {
        TorchRandom random = new TorchRandom(42);
        network = Network.builder(INPUTS)
                .dense(NEURONS[0], random)
                .neuron(new Leaky(0.9))
                .dense(NEURONS[1], random)
                .neuron(new Leaky(0.9))
                .build();
        Arrays.setAll(states, _ -> new float[2 * (NEURONS[0] + NEURONS[1])]);
    }

    private byte[] model(int batch) {
        OnnxModel model = new OnnxModel();
        model.constant("beta", new float[] {0.9f}, 1);
        model.constant("threshold", new float[] {1}, 1);
        model.input("input", batch, INPUTS);
        String from = "input";
        for (int i = 0; i < NEURONS.length; i++) {
            model.input("membrane" + i, batch, NEURONS[i]);
            model.input("before" + i, batch, NEURONS[i]);
            model.constant("weights" + i, network.weights().get("fc" + (i + 1) + ".weight"));
            model.constant("bias" + i, network.weights().get("fc" + (i + 1) + ".bias"));
            model.node(
                    "Gemm",
                    List.of(from, "weights" + i, "bias" + i),
                    List.of("current" + i),
                    new OnnxModel.Attribute("transB", 1));
            model.node("Mul", List.of("membrane" + i, "beta"), List.of("decayed" + i));
            model.node("Add", List.of("decayed" + i, "current" + i), List.of("charged" + i));
            model.node("Sub", List.of("charged" + i, "before" + i), List.of("next" + i));
            model.node("Greater", List.of("next" + i, "threshold"), List.of("fires" + i));
            model.node("Cast", List.of("fires" + i), List.of("spikes" + i), new OnnxModel.Attribute("to", 1));
            model.output("next" + i, batch, NEURONS[i]);
            model.output("spikes" + i, batch, NEURONS[i]);
            from = "spikes" + i;
        }
        return model.toByteArray();
    }

    /** A step of a number of sessions. */
    private final class Step {
        private final OrtSession session;
        private final int batch;
        private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
        private final FloatBuffer input;
        private final List<FloatBuffer> in = new ArrayList<>();
        private final List<FloatBuffer> out = new ArrayList<>();

        Step(int batch) throws OrtException {
            this.batch = batch;
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(THREADS);
            session = environment.createSession(model(batch), options);
            input = buffer(inputs, "input", INPUTS);
            for (int i = 0; i < NEURONS.length; i++) {
                in.add(buffer(inputs, "membrane" + i, NEURONS[i]));
                in.add(buffer(inputs, "before" + i, NEURONS[i]));
                out.add(buffer(outputs, "next" + i, NEURONS[i]));
                out.add(buffer(outputs, "spikes" + i, NEURONS[i]));
            }
        }

        private FloatBuffer buffer(Map<String, OnnxTensor> of, String name, int columns) throws OrtException {
            FloatBuffer made = ByteBuffer.allocateDirect(batch * columns * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            of.put(name, OnnxTensor.createTensor(environment, made, new long[] {batch, columns}));
            return made;
        }

        void run(long[] keys, SpikeMatrix rows) throws OrtException {
            float[] row = new float[INPUTS];
            for (int i = 0; i < batch; i++) {
                Arrays.fill(row, 0);
                rows.forEachSpike(i, column -> row[column] = 1);
                input.put(i * INPUTS, row);
                int at = 0;
                for (FloatBuffer each : in) {
                    int columns = each.capacity() / batch;
                    each.put(i * columns, states[(int) keys[i]], at, columns);
                    at += columns;
                }
            }
            session.run(inputs, outputs).close();
            for (int i = 0; i < batch; i++) {
                int at = 0;
                for (FloatBuffer each : out) {
                    int columns = each.capacity() / batch;
                    each.get(i * columns, states[(int) keys[i]], at, columns);
                    at += columns;
                }
            }
        }
    }

    private static SpikeMatrix spikes(int rows, double density) {
        Random random = new Random(1);
        SpikeMatrix spikes = SpikeMatrix.zeros(rows, INPUTS);
        for (int i = 0; i < rows * INPUTS; i++) {
            spikes.set(i / INPUTS, i % INPUTS, random.nextDouble() < density);
        }
        return spikes;
    }

    private void compare(int batch) throws OrtException {
        SpikeMatrix rows = spikes(batch, 0.05);
        Step step = new Step(batch);
        long[] keys = new long[batch];
        double[][] rates = new double[2][ROUNDS];
        Arrays.stream(states).forEach(each -> Arrays.fill(each, 0));
        try (SessionPool pool = SessionPool.builder(network).threads(THREADS).build()) {
            SessionPool.Answers answers = pool.newAnswers(batch);
            long next = 0;
            for (int round = -1; round < ROUNDS; round++) {
                for (int who = 0; who < 2; who++) {
                    long start = System.nanoTime();
                    long steps = 0;
                    do {
                        for (int i = 0; i < batch; i++) {
                            keys[i] = next++ * 7_919 % SESSIONS;
                        }
                        if (who == 0 || steps == 0 && round < 0) {
                            step.run(keys, rows);
                        }
                        if (who == 1) {
                            pool.step(keys, rows, answers);
                        }
                        steps += batch;
                    } while (System.nanoTime() - start < ROUND);
                    if (round >= 0) {
                        rates[who][round] = steps / ((System.nanoTime() - start) / 1e9);
                    }
                }
            }
        }
        for (double[] each : rates) {
            Arrays.sort(each);
        }
        System.out.printf(
                "batch %5d: ONNX Runtime %,.0f steps a second, SessionPool %,.0f, %.2f times%n",
                batch, rates[0][ROUNDS / 2], rates[1][ROUNDS / 2], rates[1][ROUNDS / 2] / rates[0][ROUNDS / 2]);
    }

    /** Compares all sessions of both: they start alike and must fire alike. */
    private void check() throws OrtException {
        SpikeMatrix rows = spikes(64, 0.9);
        long[] keys = new long[64];
        Arrays.setAll(keys, i -> i);
        Step step = new Step(64);
        int differ = 0;
        int all = 0;
        try (SessionPool pool = SessionPool.builder(network).build()) {
            SessionPool.Answers answers = pool.newAnswers(64);
            for (int i = 0; i < 20; i++) {
                step.run(keys, rows);
                pool.step(keys, rows, answers);
                for (int row = 0; row < 64; row++) {
                    for (int output = 0; output < NEURONS[1]; output++) {
                        boolean fired = states[row][2 * NEURONS[0] + NEURONS[1] + output] > 0;
                        differ += fired == answers.spikes().get(row, output) ? 0 : 1;
                        all += fired ? 1 : 0;
                    }
                }
            }
        }
        System.out.printf("%d of %d spikes of 20 steps differ%n", differ, all);
        if (all == 0 || differ * 50 > all) {
            throw new IllegalStateException(differ + " spikes differ");
        }
    }

    /** Prints a row for each batch. */
    public static void main(String[] arguments) throws OrtException {
        OnnxSessions sessions = new OnnxSessions();
        sessions.check();
        for (int batch : new int[] {64, 512, 4_096}) {
            sessions.compare(batch);
        }
    }
}
