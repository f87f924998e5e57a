package dev.spikelane.bench.peer;

import static ai.djl.nn.core.Linear.linear;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;
import ai.djl.pytorch.jni.JniUtils;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Peer;
import dev.spikelane.memory.FloatMatrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * PyTorch by the Deep Java Library, without gradients. Operations on membranes work in place; the currents of a step
 * are views of the currents of all steps.
 */
public final class PyTorch implements Peer {

    private static final Shape ONE = new Shape(1, 1);
    private static final Shape TWO = new Shape(2, 2);

    private final Engine engine;

    /** Loads PyTorch from the class path. */
    public PyTorch() {
        // Without this the engine may ask for versions and libraries on the Internet.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        engine = Engine.getEngine("PyTorch");
    }

    @Override
    public Contestant contestant() {
        return Contestant.PYTORCH;
    }

    @Override
    public String describe() {
        return "PyTorch " + engine.getVersion() + " by DJL " + Engine.getDjlVersion();
    }

    @Override
    public Task product(FloatMatrix input, FloatMatrix weights, int threads) {
        return new Passes(threads, input) {
            private final NDArray transposed = array(weights).transpose();

            @Override
            void compute(NDArray from) {
                keep(from.matMul(transposed));
            }
        };
    }

    @Override
    public Task network(FloatMatrix input, int batch, List<Linear> layers, float beta, int threads) {
        int steps = input.rows() / batch;
        return new Passes(threads, input) {
            private final List<NDArray> weights =
                    layers.stream().map(layer -> array(layer.weights())).toList();
            private final List<NDArray> biases = layers.stream()
                    .map(layer -> array(layer.bias()).reshape(-1))
                    .toList();

            @Override
            void compute(NDArray from) {
                List<NDArray> membranes = new ArrayList<>();
                List<NDArray> trains = new ArrayList<>();
                NDArray spikes = from;
                for (int layer = 0; layer < weights.size(); layer++) {
                    NDArray currents = linear(spikes, weights.get(layer), biases.get(layer))
                            .singletonOrThrow();
                    NDList fired = new NDList(steps);
                    membranes.add(fire(currents.split(steps), beta, fired));
                    spikes = NDArrays.concat(fired, 0);
                    trains.add(spikes);
                }
                keep(Stream.concat(membranes.stream(), trains.stream()).toArray(NDArray[]::new));
            }
        };
    }

    /** Runs neurons through the currents of each step, and returns their membranes. */
    private static NDArray fire(NDList currents, float beta, NDList fired) {
        NDArray membrane = currents.get(0).zerosLike();
        NDArray before = currents.get(0).zerosLike();
        for (NDArray current : currents) {
            membrane.muli(beta).addi(current).subi(before);
            before = membrane.gt(1).toType(DataType.FLOAT32, false);
            fired.add(before);
        }
        return membrane;
    }

    @Override
    public Task maps(FloatMatrix input, int batch, int steps, List<Maps> layers, float beta, int threads) {
        return new Passes(threads, input) {
            private final List<NDArray> weights =
                    layers.stream().map(this::weights).toList();
            private final List<NDArray> biases = layers.stream()
                    .map(layer -> array(layer.linear().bias()).reshape(-1))
                    .toList();

            private NDArray weights(Maps layer) {
                NDArray made = array(layer.linear().weights());
                return layer.kernel() == 0 ? made : made.reshape(-1, layer.channels(), layer.kernel(), layer.kernel());
            }

            @Override
            void compute(NDArray from) {
                List<NDArray> membranes = new ArrayList<>();
                NDArray spikes = from;
                for (int i = 0; i < layers.size(); i++) {
                    NDArray currents = currents(i, spikes);
                    NDList ofSteps = currents.getShape().get(0) == batch
                            ? new NDList(Collections.nCopies(steps, currents))
                            : currents.split(steps);
                    NDList fired = new NDList(steps);
                    membranes.add(fire(ofSteps, beta, fired));
                    spikes = NDArrays.concat(fired, 0);
                }
                keep(membranes.toArray(NDArray[]::new));
            }

            private NDArray currents(int i, NDArray from) {
                Maps layer = layers.get(i);
                long rows = from.getShape().get(0);
                if (layer.kernel() == 0) {
                    return linear(from.reshape(rows, -1), weights.get(i), biases.get(i))
                            .singletonOrThrow();
                }
                NDArray maps = from.reshape(rows, layer.channels(), layer.side(), layer.side());
                Shape padding = new Shape(layer.padding(), layer.padding());
                NDArray currents = Conv2d.conv2d(maps, weights.get(i), biases.get(i), ONE, padding, ONE)
                        .singletonOrThrow();
                return layer.pools() ? Pool.maxPool2d(currents, TWO, TWO, new Shape(0, 0), false) : currents;
            }
        };
    }

    /** Passes over an input, each in its own scope that frees all but the results. */
    private abstract static class Passes implements Task {
        private final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDArray input;
        private List<NDArray> kept = List.of();

        Passes(int threads, FloatMatrix input) {
            JniUtils.setNumThreads(threads);
            this.input = array(input);
        }

        abstract void compute(NDArray from);

        final NDArray array(FloatMatrix matrix) {
            return manager.create(matrix.toArray(), new Shape(matrix.rows(), matrix.columns()));
        }

        final void keep(NDArray... results) {
            kept = List.of(results);
            kept.forEach(result -> result.attach(manager));
        }

        @Override
        public void run() {
            kept.forEach(NDArray::close);
            try (NDManager pass = manager.newSubManager()) {
                pass.tempAttachAll(input);
                compute(input);
            }
        }

        @Override
        public List<float[]> results() {
            return kept.stream().map(NDArray::toFloatArray).toList();
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
