package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.operator.OperatorValues;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.connection.operator.WeightRows;
import dev.spikelane.kernel.map.PooledGradients;
import dev.spikelane.kernel.product.PackedGroups;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.window.WindowGradientShape;
import dev.spikelane.kernel.product.window.WindowGradientSum;
import dev.spikelane.kernel.product.window.WindowGradientWeights;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The gradients of the weights of a convolution: sums over blocks of eight samples, steps descending, which are added
 * ascending when they are complete. Where all steps come at once, each thread has one at a time; else all of them are
 * there. A part is a block, or a share of its input channels where there are more threads than blocks; then places of
 * the kernel for which complete sums are added.
 */
final class ConvWeightGradients implements WeightGradients {

    /** Samples of a block. */
    private static final int BLOCK = 8;

    private final ConvOperator operator;
    private final WindowGradientShape shape;
    private final Arena arena;
    private final PackedGroups total;
    private final PackedWeights[] groups;
    /** Of each thread. */
    private final WindowGradientWeights[] kernels;

    private final List<WindowGradientSum> sums = new ArrayList<>();
    private WeightRows rows;
    private Round round = Round.NONE;
    private int blocks;
    /** The first block whose sum is there now, how many are, and in how many shares a block is added. */
    private int first;

    private int count;
    private int shares;
    private boolean inOnePiece = true;

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
    }

    @Override
    public void open(WeightRows next) {
        rows = next;
        round = Round.OPEN;
        inOnePiece = next.begins() && next.ends();
        blocks = Math.ceilDiv(next.batch(), BLOCK);
        first = 0;
        count = sums(next.batch());
        shares = Math.min(Math.ceilDiv(kernels.length, count), shape.window().channels());
        while (sums.size() < count) {
            sums.add(new WindowGradientSum(arena, shape));
        }
        if (next.begins()) {
            total.packed().fill(0);
            total.bias().fill(0);
            for (int i = 0; i < sums.size(); i++) {
                sums.get(i).clear();
            }
        }
    }

    /** How many sums of blocks there are at a time. */
    private int sums(int samples) {
        int all = Math.ceilDiv(samples, BLOCK);
        return inOnePiece ? Math.min(all, kernels.length) : all;
    }

    @Override
    public int parts() {
        round = switch (round) {
            case OPEN -> Round.ADD;
            case ADD -> rows.ends() ? Round.COLLECT : Round.NONE;
            case COLLECT -> next();
            case NONE -> Round.NONE;
        };
        return switch (round) {
            case ADD -> openBlocks() * shares;
            case COLLECT -> Math.min(kernels.length, places());
            case OPEN, NONE -> finish();
        };
    }

    private int places() {
        return shape.window().y().kernel() * shape.window().x().kernel();
    }

    /** Goes to the blocks that come next, if there are any. */
    private Round next() {
        first += count;
        return first < blocks ? Round.ADD : Round.NONE;
    }

    private int openBlocks() {
        return Math.min(count, blocks - first);
    }

    @Override
    public void run(int part, int thread) {
        if (round == Round.COLLECT) {
            collect(part);
            return;
        }
        WindowGradientWeights kernel = kernels[thread];
        kernel.share(part % shares, shares);
        int block = part / shares;
        int batch = rows.batch();
        int sample = (first + block) * BLOCK;
        int count = Math.min(BLOCK, batch - sample);
        PooledGradients[] pooled = rows.pooled();
        for (int step = rows.source().rows() / batch - 1; step >= 0; step--) {
            int row = step * batch + sample;
            if (pooled != null) {
                kernel.add(rows.source(), pooled[thread], row, count, sums.get(block));
            } else {
                kernel.add(rows.source(), Objects.requireNonNull(rows.gradient()), row, count, sums.get(block));
            }
        }
    }

    /** Adds complete sums, at some places of the kernel. */
    private void collect(int part) {
        int parts = Math.min(kernels.length, places());
        for (int block = 0; block < openBlocks(); block++) {
            sums.get(block).moveTo(total.packed(), part * places() / parts, (part + 1) * places() / parts);
            if (part == 0) {
                sums.get(block).moveBiasTo(total.bias());
            }
        }
    }

    /** Multiplies sums that came from spikes by what the spikes carry. */
    private int finish() {
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
        OperatorValues weights =
                new OperatorValues(weight, into -> layout.read(total, into), from -> layout.write(from, total));
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
