package dev.spikelane.bench.peer;

import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Peer;
import dev.spikelane.memory.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * ND4J, all in place: the memory of currents, membranes and spikes is there from the beginning, and steps are views of
 * it.
 */
public final class Nd4jArrays implements Peer {

    /** Loads ND4J from the class path. */
    public Nd4jArrays() {
        Nd4j.getBackend();
    }

    @Override
    public Contestant contestant() {
        return Contestant.ND4J;
    }

    @Override
    public String describe() {
        String jar =
                Nd4j.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return "ND4J " + jar.replaceAll(".*nd4j-api-|\\.jar", "") + " with the same OpenBLAS";
    }

    @Override
    public Task product(FloatMatrix input, FloatMatrix weights, int threads) {
        Product product = new Product(array(input), array(weights));
        return new Passes(threads, List.of(product.output), product::compute);
    }

    @Override
    public Task network(FloatMatrix input, int batch, List<Linear> layers, float beta, int threads) {
        List<Layer> all = new ArrayList<>();
        List<INDArray> results = new ArrayList<>();
        INDArray from = array(input);
        for (Linear linear : layers) {
            Layer layer = new Layer(from, linear, batch, beta);
            all.add(layer);
            from = layer.spikes;
        }
        all.forEach(layer -> results.add(layer.membrane));
        all.forEach(layer -> results.add(layer.spikes));
        return new Passes(threads, results, () -> all.forEach(Layer::run));
    }

    private static void setThreads(int threads) {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        openblas.blas_set_num_threads(threads);
    }

    private static INDArray array(FloatMatrix matrix) {
        return Nd4j.create(matrix.toArray(), new long[] {matrix.rows(), matrix.columns()}, 'c');
    }

    private static INDArray zeros(long rows, long columns) {
        return Nd4j.create(DataType.FLOAT, new long[] {rows, columns}, 'c');
    }

    /** {@code output = input * weights^T}. Computed as its transpose, because BLAS by columns wants it so. */
    private static final class Product {
        private final INDArray input;
        private final INDArray weights;
        private final INDArray output;
        private final INDArray transposed;

        Product(INDArray input, INDArray weights) {
            this.input = input.transpose();
            this.weights = weights;
            this.output = zeros(input.rows(), weights.rows());
            this.transposed = output.transpose();
        }

        void compute() {
            Nd4j.gemm(weights, input, transposed, false, false, 1, 0);
        }
    }

    /** A connection and its neurons. */
    private static final class Layer {
        private final Product product;
        private final INDArray bias;
        private final INDArray membrane;
        private final INDArray spikes;
        private final INDArray silent;
        private final List<INDArray> currentOfStep = new ArrayList<>();
        private final List<INDArray> spikesOfStep = new ArrayList<>();
        private final float beta;

        Layer(INDArray input, Linear linear, int batch, float beta) {
            this.product = new Product(input, array(linear.weights()));
            this.bias = array(linear.bias());
            this.beta = beta;
            int neurons = product.output.columns();
            membrane = zeros(batch, neurons);
            silent = zeros(batch, neurons);
            spikes = zeros(input.rows(), neurons);
            for (int row = 0; row < input.rows(); row += batch) {
                currentOfStep.add(product.output.get(NDArrayIndex.interval(row, row + batch), NDArrayIndex.all()));
                spikesOfStep.add(spikes.get(NDArrayIndex.interval(row, row + batch), NDArrayIndex.all()));
            }
        }

        void run() {
            product.compute();
            product.output.addiRowVector(bias);
            membrane.assign(0);
            INDArray before = silent;
            for (int step = 0; step < currentOfStep.size(); step++) {
                membrane.muli(beta).addi(currentOfStep.get(step)).subi(before);
                before = spikesOfStep.get(step);
                Nd4j.getExecutioner().exec(new Step(membrane, before, 1));
            }
        }
    }

    private record Passes(int threads, List<INDArray> kept, Runnable pass) implements Task {

        @Override
        public void run() {
            setThreads(threads);
            pass.run();
        }

        @Override
        public List<float[]> results() {
            return kept.stream().map(array -> array.dup('c').data().asFloat()).toList();
        }

        /** ND4J frees its memory when arrays are collected. */
        @Override
        public void close() {}
    }
}
