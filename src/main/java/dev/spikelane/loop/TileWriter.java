package dev.spikelane.loop;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.spikelane.simd.SimdWidth;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes the class of a register tile: {@code sums[row][lane] += sum over k of factors[row][k] * vectors[k][lane]}, one
 * fused multiply-add for each {@code k} in ascending order, for so many rows and vectors of lanes, whose sums stay in
 * registers. All operations stand in the loop over {@code k} itself, which carries nothing but its sums. The class of
 * each sum is compared with a constant before it is stored: where C2 may not trap any more, it would leave a virtual
 * call beside, and box it.
 */
public final class TileWriter {

    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout");
    private static final ClassDesc OF_FLOAT = ClassDesc.of("java.lang.foreign.ValueLayout$OfFloat");
    private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
    private static final ClassDesc FLOATS = ClassDesc.of("jdk.incubator.vector.FloatVector");
    private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final ClassDesc LANES = ClassDesc.of("dev.spikelane.simd.Lanes");
    private static final ClassDesc CHECKS = ClassDesc.of("dev.spikelane.simd.Checks");
    private static final ClassDesc ERROR = ClassDesc.of("java.lang.AssertionError");
    private static final int NONE = -1;
    private static final long BLOCK_BYTES = Long.SIZE * Float.BYTES;
    private static final MethodTypeDesc ADD = MethodTypeDesc.of(
            CD_void, SEGMENT, CD_long, CD_long, CD_long, SEGMENT, CD_long, CD_long, SEGMENT, CD_long, CD_long, CD_int,
            CD_int);

    private final CodeBuilder code;
    private final Shape shape;
    private final boolean packed;
    /** Locals: for each row where its factors and its sums stand, and its sums. */
    private final int[] factorAt;

    private final int[] sumsAt;
    private final int[][] sums;

    private TileWriter(CodeBuilder code, Shape shape) {
        this.code = code;
        this.shape = shape;
        this.packed = shape.steps == Steps.PACKED;
        this.factorAt = new int[shape.rows];
        this.sumsAt = new int[shape.rows];
        this.sums = new int[shape.rows][shape.vectors];
    }

    /** How a tile goes from one {@code k} to the next. */
    public enum Steps {
        /**
         * A row's factors lie side by side, vectors 256 bytes apart: C2 knows the steps, and each row's offset is added
         * up before the loop. With offsets of {@code k} and of a row apart 128x784x1000 takes 1.40 instead of 1.32 ms
         * (Emerald Rapids, 512 bits, 2026-11).
         */
        PACKED,
        /**
         * Anywhere; steps are added up. A slice checks the factors of a {@code k}, and one its vectors: single reads,
         * each checked, take 3.5 instead of 2.6 ms for six rows. C2 does not know the steps, so it does not unroll,
         * which would spill sums: 5.0 ms (Zen 3, 2026-11).
         */
        ADDED,
        /**
         * The same, but steps are multiplied by {@code k}. With 32 registers C2 keeps steps that are added up in vector
         * registers, and waits for them: 1.25 instead of 0.90 ms for gradients of 784 x 1000 weights (Zen 5); with 16,
         * steps that are multiplied take 3.8 instead of 2.8 ms for 128x784x1000 (Emerald Rapids).
         */
        MULTIPLIED
    }

    /**
     * What a tile does.
     *
     * @param rows of factors and sums
     * @param vectors of lanes
     * @param alike whether the sums of all rows are those of the first before: only these are loaded then. In a JVM
     *     that has run other vector code the other loads make C2 box vectors (23 instead of 1.1 ms for 128x784x1000)
     * @param steps from one {@code k} to the next
     */
    public record Shape(int rows, int vectors, boolean alike, Steps steps) {}

    /**
     * Returns the bytes of a class whose method {@code add} takes factors, the offset of the first one, bytes from a
     * row's to the next's and from one {@code k} to the next; vectors, the offset of the first, bytes from one step to
     * the next; sums, the offset of the first, bytes from a row's to the next's; the last row in use, whose sums those
     * beyond begin with, and are stored before it; and how many {@code k} there are.
     *
     * @param name of the class
     * @param type what it extends
     */
    public static byte[] write(ClassDesc name, ClassDesc type, Shape shape) {
        return ClassFile.of()
                .build(
                        name,
                        made -> made.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                                .withSuperclass(type)
                                .withMethodBody(
                                        INIT_NAME,
                                        MTD_void,
                                        0,
                                        code -> code.aload(0)
                                                .invokespecial(type, INIT_NAME, MTD_void)
                                                .return_())
                                .withMethodBody("add", ADD, 0, code -> new TileWriter(code, shape).write()));
    }

    private void write() {
        int factors = code.parameterSlot(0);
        int a = code.parameterSlot(1);
        int rowOfA = code.parameterSlot(2);
        int stepOfA = code.parameterSlot(3);
        int vectors = code.parameterSlot(4);
        int b = code.parameterSlot(5);
        int stepOfB = code.parameterSlot(6);
        int into = code.parameterSlot(7);
        for (int segment : new int[] {factors, vectors, into}) {
            code.aload(segment).invokestatic(CHECKS, "isNative", MethodTypeDesc.of(CD_void, SEGMENT));
        }
        for (int row = 0; row < shape.rows; row++) {
            factorAt[row] = packed ? rowFrom(row, a, rowOfA) : product(row, rowOfA);
            sumsAt[row] = rowFrom(row, code.parameterSlot(8), code.parameterSlot(9));
        }
        int factorBytes = local(TypeKind.LONG);
        code.lload(factorAt[shape.rows - 1])
                .loadConstant((long) Float.BYTES)
                .ladd()
                .lstore(factorBytes);
        int vectorBytes = local(TypeKind.LONG);
        code.loadConstant((long) shape.vectors * bytes()).lstore(vectorBytes);
        loadSums(into);
        int k = local(TypeKind.INT);
        code.iconst_0().istore(k);
        Label next = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(k).iload(code.parameterSlot(11)).if_icmpge(done);
        int column = local(packed ? TypeKind.LONG : TypeKind.REFERENCE);
        int row = local(packed ? TypeKind.LONG : TypeKind.REFERENCE);
        if (packed) {
            code.iload(k).i2l().loadConstant((long) Float.BYTES).lmul().lstore(column);
            code.lload(b).iload(k).i2l().loadConstant(BLOCK_BYTES).lmul().ladd().lstore(row);
            multiply(factors, column, loadVectors(vectors, row));
        } else {
            slice(vectors, b, k, stepOfB, vectorBytes, row);
            slice(factors, a, k, stepOfA, factorBytes, column);
            multiply(column, NONE, loadVectors(row, NONE));
        }
        code.iinc(k, 1).goto_(next).labelBinding(done);
        storeSums(into);
    }

    private static int bytes() {
        return SimdWidth.bits() / Byte.SIZE;
    }

    private int local(TypeKind kind) {
        return code.allocateLocal(kind);
    }

    /** A local with the offset of a row, or of the last one in use. */
    private int rowFrom(int row, int first, int step) {
        int at = local(TypeKind.LONG);
        code.lload(first);
        if (row > 0) {
            code.loadConstant(row).iload(code.parameterSlot(10));
            code.invokestatic(ClassDesc.of("java.lang.Math"), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
            code.i2l().lload(step).lmul().ladd();
        }
        code.lstore(at);
        return at;
    }

    private int product(long row, int step) {
        int at = local(TypeKind.LONG);
        code.loadConstant(row).lload(step).lmul().lstore(at);
        return at;
    }

    /** Slices what belongs to a {@code k}, and goes on. */
    private void slice(int segment, int first, int k, int step, int length, int slice) {
        code.aload(segment).lload(first);
        if (shape.steps == Steps.MULTIPLIED) {
            code.iload(k).i2l().lload(step).lmul().ladd();
        }
        code.lload(length);
        code.invokeinterface(SEGMENT, "asSlice", MethodTypeDesc.of(SEGMENT, CD_long, CD_long))
                .astore(slice);
        if (shape.steps == Steps.ADDED) {
            code.lload(first).lload(step).ladd().lstore(first);
        }
    }

    /** Adds another offset, if there is one, to the one on the stack. */
    private void plus(int offset) {
        if (offset != NONE) {
            code.lload(offset).ladd();
        }
    }

    private void species() {
        code.getstatic(LANES, "FLOAT", SPECIES);
    }

    private void loadVector(int segment, Runnable offset) {
        species();
        code.aload(segment);
        offset.run();
        code.getstatic(LANES, "ORDER", ORDER);
        code.invokestatic(FLOATS, "fromMemorySegment", MethodTypeDesc.of(FLOATS, SPECIES, SEGMENT, CD_long, ORDER));
    }

    private void sumAt(int row, int vector) {
        code.lload(sumsAt[row]).loadConstant((long) vector * bytes()).ladd();
    }

    private void loadSums(int into) {
        for (int i = 0; i < shape.rows; i++) {
            for (int j = 0; j < shape.vectors; j++) {
                int row = i;
                int vector = j;
                if (shape.alike && i > 0) {
                    code.aload(sums[0][j]);
                } else {
                    loadVector(into, () -> sumAt(row, vector));
                }
                sums[i][j] = local(TypeKind.REFERENCE);
                code.astore(sums[i][j]);
            }
        }
    }

    private int[] loadVectors(int segment, int offset) {
        int[] row = new int[shape.vectors];
        for (int j = 0; j < row.length; j++) {
            long at = (long) j * bytes();
            loadVector(segment, () -> {
                code.loadConstant(at);
                plus(offset);
            });
            row[j] = local(TypeKind.REFERENCE);
            code.astore(row[j]);
        }
        return row;
    }

    /** An unaligned float comes by a general register, which in a slice costs less than to look at its address. */
    private void multiply(int segment, int offset, int[] row) {
        int factor = local(TypeKind.REFERENCE);
        for (int i = 0; i < shape.rows; i++) {
            species();
            code.aload(segment).getstatic(LAYOUT, packed ? "JAVA_FLOAT" : "JAVA_FLOAT_UNALIGNED", OF_FLOAT);
            code.lload(factorAt[i]);
            plus(offset);
            code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, OF_FLOAT, CD_long));
            code.invokestatic(FLOATS, "broadcast", MethodTypeDesc.of(FLOATS, SPECIES, CD_float))
                    .astore(factor);
            for (int j = 0; j < row.length; j++) {
                code.aload(factor).aload(row[j]).aload(sums[i][j]);
                code.invokevirtual(FLOATS, "fma", MethodTypeDesc.of(FLOATS, VECTOR, VECTOR))
                        .astore(sums[i][j]);
            }
        }
    }

    /** Stores sums, the last row first: rows beyond the last in use have its place. */
    private void storeSums(int into) {
        Label other = code.newLabel();
        for (int[] ofRow : sums) {
            for (int sum : ofRow) {
                code.aload(sum).invokevirtual(CD_Object, "getClass", MethodTypeDesc.of(CD_Class));
                code.getstatic(LANES, "VECTOR", CD_Class).if_acmpne(other);
            }
        }
        for (int i = shape.rows - 1; i >= 0; i--) {
            for (int j = 0; j < shape.vectors; j++) {
                code.aload(sums[i][j]).aload(into);
                sumAt(i, j);
                code.getstatic(LANES, "ORDER", ORDER);
                code.invokevirtual(FLOATS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
            }
        }
        code.return_();
        code.labelBinding(other).new_(ERROR).dup().getstatic(LANES, "OTHER_VECTOR", CD_String);
        code.invokespecial(ERROR, INIT_NAME, MethodTypeDesc.of(CD_void, CD_Object))
                .athrow();
    }
}
