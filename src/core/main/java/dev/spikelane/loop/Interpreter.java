package dev.spikelane.loop;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.simd.Exponential;
import dev.spikelane.simd.FusedMultiplyAdd;
import dev.spikelane.simd.Logarithm;
import dev.spikelane.simd.Sigmoid;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The specification of a loop: computes one node after the other for 64 neurons. It serves if classes cannot be defined
 * at run time.
 */
public final class Interpreter implements Loop {

    private static final int BLOCK = Long.SIZE;

    private final List<Program.Store> stores;
    private final Node[] order;
    /** For each node in order: true if neurons share it, its index in the frame, and the indices of its arguments. */
    private final boolean[] isShared;

    private final int[] rows;
    private final int[][] arguments;
    private final boolean listed;
    private final int[] stored;
    private final int[] storeRows;

    public Interpreter(Program program, Set<String> shared) {
        List<Node> all = program.order();
        List<String> names = program.rows();
        this.stores = program.stores();
        this.order = all.toArray(new Node[0]);
        this.arguments = Graph.arguments(all);
        this.rows = new int[order.length];
        this.isShared = new boolean[order.length];
        for (int i = 0; i < order.length; i++) {
            rows[i] = names.indexOf(order[i].name());
            isShared[i] = order[i].op() == Op.CONSTANT || shared.contains(order[i].name());
        }
        this.listed = program.isListed();
        this.stored =
                Graph.places(all, stores.stream().map(Program.Store::value).toList());
        this.storeRows =
                stores.stream().mapToInt(store -> names.indexOf(store.name())).toArray();
    }

    @Override
    public void run(Frame frame, int row, int groups, int delta) {
        float[][] values = frame.values(order.length);
        for (int i = 0; i < order.length; i++) {
            if (isShared[i]) {
                boolean number = order[i].op() == Op.CONSTANT;
                Arrays.fill(values[i], number ? (float) order[i].value() : frame.shared[rows[i]][0]);
            }
        }
        for (int group = 0; group < groups; group++) {
            for (int sample = 0; sample < frame.batch; sample++) {
                for (int word = frame.firstWord; word < frame.firstWord + frame.words; word++) {
                    block(frame, values, row + group * delta + sample, sample, word);
                }
            }
        }
    }

    private void block(Frame frame, float[][] values, int row, int sample, int word) {
        long at = (long) word * BLOCK * Float.BYTES;
        for (int i = 0; i < order.length; i++) {
            Node node = order[i];
            if (isShared[i]) {
                continue;
            }
            if (node.op() == Op.FLAG) {
                long from = offset(frame, rows[i], node.op(), 0, row, sample) + (long) word * Long.BYTES;
                long bits = frame.segments[rows[i]].get(JAVA_LONG, from);
                for (int j = 0; j < BLOCK; j++) {
                    values[i][j] = bits >>> j & 1;
                }
            } else if (node.op().isLeaf()) {
                long from = offset(frame, rows[i], node.op(), node.shift(), row, sample) + at;
                MemorySegment.copy(frame.segments[rows[i]], JAVA_FLOAT, from, values[i], 0, BLOCK);
            } else {
                int[] of = arguments[i];
                int last = of.length - 1;
                apply(node.op(), values[of[0]], values[of[Math.min(1, last)]], values[of[last]], values[i]);
            }
        }
        for (int i = 0; i < stored.length; i++) {
            Program.Store store = stores.get(i);
            MemorySegment to = frame.segments[storeRows[i]];
            long offset = offset(frame, storeRows[i], store.op(), store.shift(), row, sample);
            float[] value = values[stored[i]];
            if (store.value().op().isCondition()) {
                long bits = 0;
                for (int j = 0; j < BLOCK; j++) {
                    bits |= (long) value[j] << j;
                }
                to.set(JAVA_LONG, offset + (long) word * Long.BYTES, bits);
            } else {
                MemorySegment.copy(value, 0, to, JAVA_FLOAT, offset + at, BLOCK);
            }
        }
    }

    private long offset(Frame frame, int place, Op op, int shift, int row, int sample) {
        int rows = switch (op) {
            case STEP -> listed ? frame.list[row] : row + shift * frame.batch;
            case STATE, FLAG -> sample;
            default -> 0;
        };
        return frame.bases[place] + rows * frame.strides[place];
    }

    private static void apply(Op op, float[] a, float[] b, float[] c, float[] to) {
        for (int i = 0; i < BLOCK; i++) {
            to[i] = apply(op, a[i], b[i], c[i]);
        }
    }

    /** One operation; conditions are 1 or 0. */
    public static float apply(Op op, float a, float b, float c) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case FMA -> FusedMultiplyAdd.of(a, b, c);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SQRT -> (float) Math.sqrt(a);
            case EXP -> Exponential.any(a);
            case EXPM1 -> Exponential.anyMinusOne(a);
            case LOG -> Logarithm.ofNormal(a);
            case SIGMOID -> Sigmoid.of(a);
            case TANH -> Sigmoid.tanh(a);
            case POWER2, EXPONENT, SCALE -> bits(op, a, b);
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case AND -> a * b;
            case OR -> Math.max(a, b);
            case NOT -> 1 - a;
            case SELECT -> a != 0 ? b : c;
            case SPIKE -> a;
            case CONSTANT, PARAMETER, STATE, STEP, FLAG -> throw new AssertionError(op);
        };
    }

    private static float bits(Op op, float a, float b) {
        int bits = Float.floatToRawIntBits(a);
        int integer = switch (op) {
            case POWER2 -> bits + Exponential.EXPONENT << Exponential.MANTISSA_BITS;
            case SCALE -> bits - (Float.floatToRawIntBits(b + Exponential.ROUND) << Exponential.MANTISSA_BITS);
            default -> (bits >>> Exponential.MANTISSA_BITS) - Exponential.EXPONENT;
        };
        float value = Float.intBitsToFloat(integer);
        return op == Op.EXPONENT ? value - Exponential.ROUND : value;
    }
}
