package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.operator.OperatorValues;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.connection.operator.WeightRows;
import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.PackedGroups;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.window.WindowGradientShape;
import dev.spikelane.kernel.product.window.WindowGradientSum;
import dev.spikelane.kernel.product.window.WindowGradientWeights;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The weight gradients of a convolution: sums over blocks of eight samples, steps descending. Complete sums are added
 * to the total, blocks ascending.
 *
 * <p>If all steps come in one call and there are more blocks than threads, each thread takes the next block. The thread
 * that completes the lowest block adds it, and all complete blocks after it, to the total. There is one more sum than
 * threads, so that a fast thread can continue. Otherwise all sums exist. A part is then a block, or some of its input
 * channels if there are more threads than blocks; in the last round, a part is some places of the kernel for which
 * complete sums are added.
 */
final class ConvWeightGradients implements WeightGradients {

    private static final int BLOCK = 8;

    private final ConvOperator operator;
    private final WindowGradientShape shape;
    private final Arena arena;
    private final PackedGroups total;
    private final PackedWeights[] groups;
    private final WindowGradientWeights[] kernels;

    private final List<WindowGradientSum> sums = new ArrayList<>();
    private WeightRows rows;
    private Round round = Round.NONE;
    private int blocks;
    /** Number of sums, which blocks use in turn. */
    private int count;

    private int shares;

    private boolean inOnePiece = true;
    /** True if sums were not moved to the total, so that they are not zero. */
    private boolean interrupted;

    /** The next block for a thread. The next fields hold the number of blocks in the total, and the complete sums. */
    private final AtomicInteger next = new AtomicInteger();

    private volatile int collected;
    private final boolean[] complete;
    private volatile boolean failed;

    private enum Round {
        OPEN,
        ADD,
        COLLECT,
        NONE
    }

    ConvWeightGradients(ConvOperator operator, Arena arena, int threads) {
        this.operator = operator;
        this.shape = operator.gradientShape();
        this.arena = arena;
        this.total = PackedGroups.zeros(
                arena,
                shape.window().size(),
                shape.outputsOfGroup(),
                operator.weights().groups().length);
        this.groups = total.groups();
        this.kernels = new WindowGradientWeights[threads];
        for (int i = 0; i < threads; i++) {
            kernels[i] = new WindowGradientWeights(arena, shape);
        }
        this.rows = new WeightRows(total.bias());
        this.complete = new boolean[threads + 1];
    }

    @Override
    public void open(WeightRows of) {
        rows = of;
        round = Round.OPEN;
        inOnePiece = of.begins() && of.ends();
        blocks = Math.ceilDiv(of.batch(), BLOCK);
        count = sums(of.batch());
        next.set(0);
        collected = 0;
        failed = false;
        Arrays.fill(complete, false);
        shares = Math.min(Math.ceilDiv(kernels.length, count), shape.window().channels());
        while (sums.size() < count) {
            sums.add(new WindowGradientSum(arena, shape));
        }
        if (of.begins()) {
            total.packed().fill(0);
            total.bias().fill(0);
            for (int i = 0; i < sums.size(); i++) {
                sums.get(i).begin(interrupted);
            }
            interrupted = true;
        }
    }

    private int sums(int samples) {
        int all = Math.ceilDiv(samples, BLOCK);
        int threads = kernels.length;
        return inOnePiece ? Math.min(all, threads == 1 ? 1 : threads + 1) : all;
    }

    /** Returns true if threads take block after block. */
    private boolean goesOn() {
        return inOnePiece && blocks > kernels.length;
    }

    @Override
    public int parts() {
        round = switch (round) {
            case OPEN -> Round.ADD;
            case ADD -> rows.ends() && !goesOn() ? Round.COLLECT : Round.NONE;
            case COLLECT, NONE -> Round.NONE;
        };
        return switch (round) {
            case ADD -> blocks * shares;
            case COLLECT -> Math.min(kernels.length, places());
            case OPEN, NONE -> finish();
        };
    }

    private int places() {
        return shape.window().y().kernel() * shape.window().x().kernel();
    }

    @Override
    public void run(int part, int thread) {
        if (round == Round.COLLECT) {
            collectPlaces(part);
            return;
        }
        if (goesOn()) {
            addNext(thread);
            return;
        }
        kernels[thread].share(part % shares, shares);
        add(part / shares, thread);
    }

    /** Computes the next block, and adds complete blocks to the total. */
    private void addNext(int thread) {
        int block = next.getAndIncrement();
        boolean done = false;
        try {
            while (block - collected >= count) { // another thread is more than all sums late
                if (failed) {
                    return;
                }
                Thread.onSpinWait();
            }
            kernels[thread].share(0, 1);
            add(block, thread);
            collect(block);
            done = true;
        } finally {
            if (!done) {
                failed = true;
            }
        }
    }

    private synchronized void collect(int block) {
        complete[block % count] = true;
        while (complete[collected % count]) {
            complete[collected % count] = false;
            WindowGradientSum sum = sums.get(collected % count);
            sum.moveTo(total.packed(), 0, places());
            sum.moveBiasTo(total.bias());
            collected++;
        }
    }

    private void add(int block, int thread) {
        WindowGradientWeights kernel = kernels[thread];
        WindowGradientSum sum = sums.get(block % count);
        int batch = rows.batch();
        int sample = block * BLOCK;
        int count = Math.min(BLOCK, batch - sample);
        PooledGradients[] pooled = rows.pooled();
        for (int step = rows.source().rows() / batch - 1; step >= 0; step--) {
            int row = step * batch + sample;
            if (pooled != null) {
                kernel.add(rows.source(), pooled[thread], row, count, sum);
            } else {
                kernel.add(rows.source(), Objects.requireNonNull(rows.gradient()), row, count, sum);
            }
        }
    }

    /** Adds complete sums at some places of the kernel. */
    private void collectPlaces(int part) {
        int parts = Math.min(kernels.length, places());
        for (int block = 0; block < blocks; block++) {
            sums.get(block).moveTo(total.packed(), part * places() / parts, (part + 1) * places() / parts);
            if (part == 0) {
                sums.get(block).moveBiasTo(total.bias());
            }
        }
    }

    /** Multiplies the sums of spikes by the spike values. */
    private int finish() {
        interrupted &= !rows.ends() || failed;
        for (int group = 0; rows.ends() && rows.source() instanceof SpikeMatrix && group < groups.length; group++) {
            float[] factors = operator.factors(group);
            if (factors != null) {
                groups[group].scale(factors);
            }
        }
        return 0;
    }

    @Override
    public int rowsPastPool() {
        return kernels[0].rowsAtATime();
    }

    @Override
    public boolean takesBlocks() {
        return false;
    }

    @Override
    public long listBytes(int steps, int samples) {
        long lists = 0;
        for (WindowGradientWeights kernel : kernels) {
            lists += kernel.listBytes();
        }
        return lists;
    }

    @Override
    public long blockBytes(int samples) {
        return (sums(samples) - 1) * WindowGradientSum.bytes(shape);
    }

    @Override
    public List<Learned> learned() {
        List<ValueDescription> described = operator.described();
        ConvolutionLayout layout = operator.layout;
        List<Learned> learned = new ArrayList<>();
        ValueDescription weight = described.getFirst();
        OperatorValues weights = new OperatorValues(
                weight, into -> layout.read(total.groups(), into), from -> layout.write(from, total.groups()));
        learned.add(new Learned(weight.name(), operator.weights().packed(), () -> new Sum(total.packed(), weights)));
        if (described.size() > 1) {
            ValueDescription bias = described.getLast();
            OperatorValues biases = new OperatorValues(
                    bias, into -> layout.readBias(total, into), from -> layout.writeBias(from, total));
            learned.add(new Learned(bias.name(), operator.weights().bias(), () -> new Sum(total.bias(), biases)));
        }
        return learned;
    }
}
