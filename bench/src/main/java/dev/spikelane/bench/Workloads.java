package dev.spikelane.bench;

import dev.spikelane.equation.Zoo;
import dev.spikelane.equation.ZooWork;
import dev.spikelane.io.EventWork;
import dev.spikelane.kernel.encode.BernoulliSpikesWork;
import dev.spikelane.kernel.encode.CodingWork;
import dev.spikelane.kernel.encode.SpikeCountWork;
import dev.spikelane.kernel.product.dense.DenseMatmulWork;
import dev.spikelane.kernel.product.gradient.WeightGradientWork;
import dev.spikelane.kernel.product.integer.IntegerMatmulWork;
import dev.spikelane.kernel.product.spike.SpikeMatmulWork;
import dev.spikelane.kernel.product.window.WindowWork;
import dev.spikelane.kernel.step.NeuronWork;
import dev.spikelane.kernel.step.RecurrentNeuronWork;
import dev.spikelane.kernel.step.leaky.LeakyFrameWork;
import dev.spikelane.kernel.step.leaky.LeakyStepWork;
import dev.spikelane.kernel.step.leaky.NeuronBackwardWork;
import dev.spikelane.memory.ElementType;
import dev.spikelane.network.AttentionWork;
import dev.spikelane.network.CellWork;
import dev.spikelane.network.IntegerNetworkWork;
import dev.spikelane.network.NetworkWork;
import dev.spikelane.network.PlasticWork;
import dev.spikelane.network.SessionWork;
import dev.spikelane.network.SparseLayerWork;
import dev.spikelane.network.SparseNetworkWork;
import dev.spikelane.network.Tutorial6;
import dev.spikelane.network.Tutorial6Work;
import dev.spikelane.network.Vgg9Work;
import dev.spikelane.train.EPropWork;
import dev.spikelane.train.LossWork;
import dev.spikelane.train.OptimizerWork;
import dev.spikelane.train.RecurrentTrainingWork;
import dev.spikelane.train.SewResNetWork;
import dev.spikelane.train.TrainingWork;
import dev.spikelane.train.Tutorial6TrainingWork;
import dev.spikelane.train.Vgg9TrainingWork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All measured works: one list for the table, for the full report and for JMH. */
final class Workloads {

    static final int STEPS = 200;

    /** Rows of a batch of 128 over all steps. */
    static final int MANY_ROWS = 128 * STEPS;

    private static final double[] DENSITIES = {0.02, 0.1, 0.25, 0.5, 0.9};
    private static final int[] BATCHES = {1, 16, 128};
    private static final int[] THREADS = {1, 2};

    private Workloads() {}

    /** Returns the works of a run of one minute. */
    static List<Work> quick() {
        return List.of(
                new SpikeMatmulWork(784, 1000, STEPS, 0.02, 1),
                new SpikeMatmulWork(784, 1000, STEPS, 0.1, 1),
                new SpikeMatmulWork(784, 1000, STEPS, 0.5, 1),
                new IntegerMatmulWork(784, 1000, STEPS, 0.1, ElementType.INT8),
                new DenseMatmulWork(128, 784, 1000, 1, DenseMatmulWork.Form.SECOND_TRANSPOSED),
                new LeakyStepWork(LeakyStepWork.Mode.SUBTRACT, 1000, 1, STEPS),
                new BernoulliSpikesWork(784, 1, STEPS),
                new SpikeCountWork(1000, 1, STEPS, 0.1),
                new NetworkWork(1, STEPS, 0.1, 1),
                new NetworkWork(1, STEPS, 0.5, 1),
                new NetworkWork(1, STEPS, 0.5, 2),
                new NetworkWork(128, STEPS, 0.1, 2),
                new NetworkWork(128, STEPS, 0.5, 2),
                new NetworkWork(1, STEPS, 0.1, 1, true),
                new Tutorial6Work(1, 0, 1),
                new Tutorial6Work(1, 0, 2),
                new Tutorial6Work(Tutorial6.BATCH, 0, 1),
                new Tutorial6Work(Tutorial6.BATCH, 0, 2),
                new Tutorial6Work(1, 0.3, 1),
                new Tutorial6Work(1, 0.3, 2),
                new Tutorial6Work(Tutorial6.BATCH, 0.3, 1),
                new Tutorial6Work(Tutorial6.BATCH, 0.3, 2),
                new TrainingWork(0, 1),
                new TrainingWork(0, 2),
                new TrainingWork(0.29, 2),
                new Tutorial6TrainingWork(1),
                new Tutorial6TrainingWork(2));
    }

    /** Returns all works once, including the quick ones. */
    static List<Work> all() {
        List<Work> works = new ArrayList<>();
        for (int threads : THREADS) {
            spikeProducts(works, threads);
        }
        for (double density : new double[] {0.02, 0.05, 0.1, 0.2, 0.4}) {
            windows(works, density);
        }
        integerProducts(works);
        denseProducts(works);
        others(works);
        for (int threads : THREADS) {
            networks(works, threads);
        }
        training(works);
        works.addAll(overBatch());
        works.addAll(overNeurons());
        works.addAll(overSpikes());
        Map<String, Work> once = new LinkedHashMap<>();
        works.forEach(work -> once.putIfAbsent(work.name(), work));
        return List.copyOf(once.values());
    }

    /** Returns every kernel once, on one thread. A JVM that has run the other kernels may slow one down. */
    static List<Work> kernels() {
        List<Work> works = new ArrayList<>();
        for (SpikeMatmulWork.Variant variant : SpikeMatmulWork.Variant.available()) {
            works.add(new SpikeMatmulWork(784, 1000, STEPS, 0.12, 1, variant));
        }
        works.add(new SpikeMatmulWork(1000, 10, STEPS, 0.1, 1));
        windows(works, 0.05);
        windows(works, 0.2);
        for (int rows : new int[] {1, 25, STEPS}) {
            works.add(new SpikeMatmulWork(784, 1000, rows, 0.3, 1));
            works.add(new IntegerMatmulWork(784, 1000, rows, 0.1, ElementType.INT8));
            works.add(new IntegerMatmulWork(784, 1000, rows, 0.3, ElementType.INT16));
        }
        for (DenseMatmulWork.Form form : DenseMatmulWork.Form.values()) {
            works.add(new DenseMatmulWork(128, 784, 1000, 1, form));
        }
        for (LeakyStepWork.Mode mode : LeakyStepWork.Mode.values()) {
            works.add(new LeakyStepWork(mode, 1000, 1, STEPS));
        }
        for (NeuronWork.Model model : NeuronWork.Model.values()) {
            works.add(new NeuronWork(model));
        }
        works.add(new RecurrentNeuronWork(1000));
        works.add(new BernoulliSpikesWork(784, 16, STEPS));
        works.add(new SpikeCountWork(1000, 16, STEPS, 0.1));
        for (CodingWork.Kind kind : CodingWork.Kind.values()) {
            works.add(new CodingWork(kind, 784, 16, STEPS));
        }
        training(works);
        works.removeIf(work -> work.threads() > 1);
        return works;
    }

    /** Returns the works for growth with the batch. */
    static List<Work> overBatch() {
        return List.of(1, 4, 16, 64, 256, 1024).stream()
                .<Work>map(batch -> new NetworkWork(batch, 25, 0.1, 1))
                .toList();
    }

    /** Returns the works for growth with the neurons: the leaky step, and the product that feeds it. */
    static List<Work> overNeurons() {
        List<Work> works = new ArrayList<>();
        for (int neurons = 64; neurons <= 16_384; neurons *= 4) {
            works.add(new SpikeMatmulWork(784, neurons, STEPS, 0.1, 1));
            works.add(new LeakyStepWork(LeakyStepWork.Mode.SUBTRACT, neurons, 1, STEPS));
        }
        return works;
    }

    /** Returns the works for growth with the spikes. */
    static List<SpikeMatmulWork> overSpikes() {
        return List.of(0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.7, 0.9).stream()
                .map(density -> new SpikeMatmulWork(784, 1000, STEPS, density, 1))
                .toList();
    }

    /** Adds products; small layers only on one thread. */
    private static void spikeProducts(List<Work> works, int threads) {
        for (double density : DENSITIES) {
            for (int rows : new int[] {1, 16, 25, 128, STEPS, 16 * STEPS}) {
                works.add(new SpikeMatmulWork(784, 1000, rows, density, threads));
                if (threads == 1) {
                    works.add(new SpikeMatmulWork(256, 256, rows, density, threads));
                    works.add(new SpikeMatmulWork(1000, 10, rows, density, threads));
                }
            }
            works.add(new SpikeMatmulWork(784, 1000, MANY_ROWS, density, threads));
            for (int rows : new int[] {1, 16, STEPS}) {
                works.add(new SpikeMatmulWork(4096, 4096, rows, density, threads));
            }
        }
        works.add(new SpikeMatmulWork(784, 1000, 4, 0.1, threads));
        works.add(new SpikeMatmulWork(784, 1000, 64, 0.1, threads));
        works.add(new SpikeMatmulWork(784, 1000, 1_024, 0.5, threads));
    }

    /** Adds convolutions: the second of snnTorch's tutorial 6, and two of a VGG network. */
    private static void windows(List<Work> works, double density) {
        works.add(new WindowWork(12, 64, 5, 0, 12, density));
        works.add(new WindowWork(32, 64, 3, 1, 16, density));
        works.add(new WindowWork(64, 128, 3, 1, 8, density));
    }

    private static void integerProducts(List<Work> works) {
        for (ElementType type :
                new ElementType[] {ElementType.INT8, ElementType.INT16, ElementType.INT4, ElementType.TERNARY}) {
            for (double density : new double[] {0.02, 0.1, 0.5}) {
                for (int rows : new int[] {1, 16, 25, STEPS, MANY_ROWS}) {
                    works.add(new IntegerMatmulWork(784, 1000, rows, density, type));
                }
            }
        }
    }

    private static void denseProducts(List<Work> works) {
        for (int threads : THREADS) {
            for (DenseMatmulWork.Form form : DenseMatmulWork.Form.values()) {
                works.add(new DenseMatmulWork(128, 784, 1000, threads, form));
                works.add(new DenseMatmulWork(1024, 1024, 1024, threads, form));
                works.add(new DenseMatmulWork(784, 128, 1000, threads, form)); // few inputs: a weight gradient
            }
        }
    }

    private static void others(List<Work> works) {
        for (double density : DENSITIES) {
            for (SpikeMatmulWork.Variant variant : SpikeMatmulWork.Variant.available()) {
                works.add(new SpikeMatmulWork(784, 1000, STEPS, density, 1, variant));
            }
            works.add(new SpikeCountWork(1000, 1, STEPS, density));
        }
        for (NeuronWork.Model model : NeuronWork.Model.values()) {
            works.add(new NeuronWork(model));
        }
        for (EventWork.Format format : EventWork.Format.values()) {
            works.add(new EventWork(format));
        }
        Zoo.NAMES.forEach(name -> works.add(new ZooWork(name)));
        works.add(new RecurrentNeuronWork(1000));
        works.add(new AttentionWork(128, 14, 1));
        works.add(new AttentionWork(128, 14, 2));
        for (CellWork.Kind kind : CellWork.Kind.values()) {
            works.add(new CellWork(kind, 100));
            works.add(new CellWork(kind, 1000));
        }
        for (int batch : BATCHES) {
            for (LeakyStepWork.Mode mode : LeakyStepWork.Mode.values()) {
                works.add(new LeakyStepWork(mode, 1000, batch, STEPS));
            }
            works.add(new BernoulliSpikesWork(784, batch, STEPS));
            for (CodingWork.Kind kind : CodingWork.Kind.values()) {
                works.add(new CodingWork(kind, 784, batch, STEPS));
            }
        }
    }

    /** Adds the iteration and its parts; the products of the first layer are in the lists above. */
    private static void training(List<Work> works) {
        for (int threads : THREADS) {
            works.add(new TrainingWork(0, threads));
            works.add(new TrainingWork(0.29, threads));
            works.add(new TrainingWork(0, threads, 8));
            works.add(new RecurrentTrainingWork(threads));
            works.add(new Tutorial6TrainingWork(threads));
            works.add(Tutorial6TrainingWork.ofRecipe(threads));
            works.add(new Vgg9TrainingWork(threads));
            works.add(new SewResNetWork(true, threads));
        }
        for (int batch : new int[] {1, 32}) {
            works.add(new EPropWork(true, batch));
            works.add(new EPropWork(false, batch));
        }
        works.add(new WeightGradientWork(784, 1000, 0));
        for (double density : new double[] {0.02, 0.1, 0.29, 0.5}) {
            works.add(new WeightGradientWork(784, 1000, density));
        }
        works.add(new WeightGradientWork(1000, 10, 0.1));
        works.add(new OptimizerWork(784, 1000));
        works.add(new LossWork(25, 128));
        works.add(new NeuronBackwardWork());
        works.add(new LeakyFrameWork(false));
        works.add(new LeakyFrameWork(true));
    }

    private static void networks(List<Work> works, int threads) {
        for (PlasticWork.Kind kind : PlasticWork.Kind.values()) {
            works.add(new PlasticWork(kind));
        }
        for (double density : DENSITIES) {
            for (int batch : BATCHES) {
                for (int steps : new int[] {1, 25, STEPS}) {
                    works.add(new NetworkWork(batch, steps, density, threads));
                }
                works.add(new NetworkWork(batch, STEPS, density, threads, true));
            }
        }
        for (double density : new double[] {0, 0.3}) {
            works.add(new Tutorial6Work(1, density, threads));
            works.add(new Tutorial6Work(Tutorial6.BATCH, density, threads));
        }
        works.add(new Vgg9Work(threads));
        works.add(new SewResNetWork(false, threads));
        for (ElementType type : new ElementType[] {ElementType.INT8, ElementType.INT4, ElementType.TERNARY}) {
            for (double density : new double[] {0.02, 0.1, 0.5}) {
                works.add(new IntegerNetworkWork(false, type, 1, density, threads));
                works.add(new IntegerNetworkWork(false, type, 128, density, threads));
            }
            works.add(new IntegerNetworkWork(true, type, 1, 0.3, threads));
            works.add(new IntegerNetworkWork(true, type, Tutorial6.BATCH, 0.3, threads));
        }
        for (int neurons : new int[] {4_000, 40_000, 400_000}) {
            works.add(new SparseNetworkWork(SparseNetworkWork.Kind.CUBA, neurons, threads));
        }
        works.add(new SparseNetworkWork(SparseNetworkWork.Kind.MICROCIRCUIT, 1, threads));
        works.add(new SparseNetworkWork(SparseNetworkWork.Kind.PROCEDURAL, 1, threads));
        works.add(new SparseLayerWork(1, threads));
        works.add(new SparseLayerWork(64, threads));
        for (SessionWork.Kind kind : SessionWork.Kind.values()) {
            works.add(new SessionWork(kind, threads));
        }
    }
}
