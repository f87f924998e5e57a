package dev.spikelane.loop;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import dev.spikelane.simd.Exponential;
import dev.spikelane.simd.SimdWidth;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes loops over vectors. It refers to the Vector API by name, because the API may be missing at run time. */
final class VectorWriter extends LoopWriter {

    private static final String API = "jdk.incubator.vector.";
    private static final ClassDesc VECTOR = ClassDesc.of(API + "Vector");
    private static final ClassDesc FLOATS = ClassDesc.of(API + "FloatVector");
    private static final ClassDesc INTS = ClassDesc.of(API + "IntVector");
    private static final ClassDesc MASK = ClassDesc.of(API + "VectorMask");
    private static final ClassDesc SPECIES = ClassDesc.of(API + "VectorSpecies");
    private static final ClassDesc OPERATORS = ClassDesc.of(API + "VectorOperators");
    private static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
    private static final ClassDesc BINARY = OPERATORS.nested("Binary");
    private static final ClassDesc LANES = ClassDesc.of("dev.spikelane.simd.Lanes");
    private static final ClassDesc INT_LANES = ClassDesc.of("dev.spikelane.simd.IntLanes");
    /** True if {@code reinterpretAsInts} boxes in this JVM; see {@code IntLanes}. */
    private static final boolean BOXES = Runtime.version().feature() == 27;

    private static final ClassDesc SPIKES = ClassDesc.of("dev.spikelane.simd.SpikeLanesVector");
    private static final ClassDesc ERROR = ClassDesc.of("java.lang.AssertionError");
    private static final ClassDesc OF_BYTE = LAYOUT.nested("OfByte");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final MethodTypeDesc TWO = MethodTypeDesc.of(FLOATS, VECTOR);
    private static final MethodTypeDesc ONE = MethodTypeDesc.of(FLOATS);
    private static final MethodTypeDesc BY_INT = MethodTypeDesc.of(INTS, CD_int);
    private static final MethodTypeDesc SHAPE = MethodTypeDesc.of(ClassDesc.of(API + "Vector"), SPECIES, CD_int);
    private static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(FLOATS, SPECIES, CD_float);

    /**
     * Most nodes and stores of a loop that takes slices. C2 does not always inline the taking of a slice: in a longer
     * method ({@code DesiredMethodLimit}), or after many other slices, it would be allocated.
     */
    private static final int MOST_SLICED = 80;

    private static final int MOST_SLICES = 7;

    /**
     * Most nodes and stores of a loop that stores the spikes of 16 neurons as one short. C2 still inlines the method
     * that stores them there. Two bytes are checked and stored twice: 64 leaky neurons take 1.3 to 1.4 times as long
     * (Zen 5, 2026-12).
     */
    private static final int MOST_FOR_SHORTS = 24;

    private final boolean storesShorts;

    /** Target of the branch for a vector of another species. */
    private final Label other = code.newLabel();

    private int counter;
    private int at;

    VectorWriter(CodeBuilder code, Program part, List<String> allRows, Set<String> shared) {
        super(code, part, allRows, shared, isSliced(part, shared));
        this.storesShorts = SimdWidth.bits() / Float.SIZE == Short.SIZE
                && part.order().size() + part.stores().size() <= MOST_FOR_SHORTS;
    }

    private static boolean isSliced(Program part, Set<String> shared) {
        int slices = 0;
        for (Node node : part.order()) {
            boolean sliced = node.isRow()
                    && node.op() != Op.FLAG
                    && !shared.contains(node.name())
                    && !node.name().startsWith(ProgramSplitter.CUT);
            slices += sliced ? 1 : 0;
        }
        return part.steps() > 0 && slices <= MOST_SLICES && part.order().size() <= MOST_SLICED;
    }

    @Override
    void neurons() {
        int lanes = SimdWidth.bits() / Float.SIZE;
        int end = local(TypeKind.INT);
        // A quotient: C2 knows its range.
        code.iload(WORDS).loadConstant(Long.SIZE).imul();
        code.loadConstant(lanes).idiv().istore(end);
        counter = local(TypeKind.INT);
        at = local(TypeKind.LONG);
        loop(counter, end, () -> {
            times(counter, (long) lanes * Float.BYTES).lstore(at);
            computeAll();
        });
    }

    @Override
    TypeKind kindOfNumbers() {
        return TypeKind.REFERENCE;
    }

    @Override
    TypeKind kindOfConditions() {
        return TypeKind.REFERENCE;
    }

    @Override
    void constant(float value) {
        code.loadConstant(value);
        broadcast();
    }

    /**
     * Writes a broadcast inside the loop: a vector made before the loop would be allocated if the loop is compiled
     * while it runs.
     */
    @Override
    void broadcast() {
        int value = local(TypeKind.FLOAT);
        code.fstore(value);
        species();
        code.fload(value).invokestatic(FLOATS, "broadcast", BROADCAST);
    }

    private void species() {
        code.getstatic(LANES, "FLOAT", SPECIES);
    }

    @Override
    void load(Node leaf) {
        species();
        if (leaf.op() == Op.FLAG) {
            loadBits(leaf);
            code.invokestatic(MASK, "fromLong", MethodTypeDesc.of(MASK, SPECIES, CD_long));
            return;
        }
        place(leaf.op(), leaf.name(), leaf.shift(), at);
        code.getstatic(LANES, "ORDER", ORDER);
        code.invokestatic(FLOATS, "fromMemorySegment", MethodTypeDesc.of(FLOATS, SPECIES, SEGMENT, CD_long, ORDER));
    }

    @Override
    void store(Program.Store store) {
        if (store.value().op().isCondition()) {
            // Vector by vector: a collected word would be carried from one to the next.
            int lanes = SimdWidth.bits() / Float.SIZE;
            int bits = local(TypeKind.LONG);
            code.aload(valueOf(store.value())).invokevirtual(MASK, "toLong", MethodTypeDesc.of(CD_long));
            code.lstore(bits);
            if (lanes < Byte.SIZE || storesShorts) {
                placeOfBits(store.op(), store.name(), store.shift());
                code.iload(counter).lload(bits);
                code.invokestatic(SPIKES, "store", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, CD_int, CD_long));
                return;
            }
            // Byte by byte: after 18,000 nodes C2 inlines only forced methods, and convEndian of shorts is not one.
            for (int i = 0; i < lanes / Byte.SIZE; i++) {
                byteOfBits(store.op(), store.name(), store.shift(), i);
                code.lload(bits).loadConstant(i * Byte.SIZE).lshr().l2i();
                code.invokeinterface(SEGMENT, "set", MethodTypeDesc.of(CD_void, OF_BYTE, CD_long, CD_byte));
            }
        } else {
            code.aload(valueOf(store.value()));
            place(store.op(), store.name(), store.shift(), at);
            code.getstatic(LANES, "ORDER", ORDER);
            code.invokevirtual(FLOATS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
        }
    }

    private void byteOfBits(Op op, String name, int shift, int number) {
        int place = local(TypeKind.LONG);
        placeOfBits(op, name, shift);
        code.iload(counter)
                .loadConstant(SimdWidth.bits() / Float.SIZE / Byte.SIZE)
                .imul();
        code.loadConstant(number).iadd().i2l().ladd().lstore(place);
        code.getstatic(LAYOUT, "JAVA_BYTE", OF_BYTE).lload(place);
    }

    private void loadBits(Node leaf) {
        int lanes = SimdWidth.bits() / Float.SIZE;
        if (lanes < Byte.SIZE) {
            placeOfBits(leaf.op(), leaf.name(), leaf.shift());
            code.iload(counter);
            code.invokestatic(SPIKES, "load", MethodTypeDesc.of(CD_long, SEGMENT, CD_long, CD_int));
            return;
        }
        code.lconst_0();
        for (int i = 0; i < lanes / Byte.SIZE; i++) {
            byteOfBits(leaf.op(), leaf.name(), leaf.shift(), i);
            code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_byte, OF_BYTE, CD_long));
            code.i2l()
                    .loadConstant(0xFFL)
                    .land()
                    .loadConstant(i * Byte.SIZE)
                    .lshl()
                    .lor();
        }
    }

    /**
     * Writes a comparison of a vector's class with a constant. Without it, in a JVM that has used vectors in many ways,
     * C2 may not trap any more: it would keep a virtual call for each operation and box the vector
     * ({@code Lanes.VECTOR}).
     */
    @Override
    void check() {
        code.dup().invokevirtual(CD_Object, "getClass", MethodTypeDesc.of(CD_Class));
        code.getstatic(LANES, "VECTOR", CD_Class).if_acmpne(other);
    }

    @Override
    void failed() {
        code.labelBinding(other).pop().new_(ERROR).dup().getstatic(LANES, "OTHER_VECTOR", CD_String);
        code.invokespecial(ERROR, INIT_NAME, MethodTypeDesc.of(CD_void, CD_Object))
                .athrow();
    }

    @Override
    void compute(Node node) {
        switch (node.op()) {
            case ADD, SUB, MUL, DIV -> call(node, FLOATS, TWO);
            case FMA -> call(node, FLOATS, MethodTypeDesc.of(FLOATS, VECTOR, VECTOR));
            case NEG, ABS, SQRT -> call(node, FLOATS, ONE);
            case GT, GE, LT, LE -> {
                code.aload(valueOf(node.of(0))).getstatic(OPERATORS, node.op().name(), COMPARISON);
                code.aload(valueOf(node.of(1)));
                code.invokevirtual(FLOATS, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
            }
            case AND, OR -> call(node, MASK, MethodTypeDesc.of(MASK, MASK));
            case NOT -> call(node, MASK, MethodTypeDesc.of(MASK));
            case SELECT -> {
                code.aload(valueOf(node.of(2))).aload(valueOf(node.of(1))).aload(valueOf(node.of(0)));
                code.invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, VECTOR, MASK));
            }
            case POWER2 -> {
                bits(valueOf(node.of(0)));
                code.loadConstant(Exponential.EXPONENT).invokevirtual(INTS, "add", BY_INT);
                shift("LSHL");
                floats();
            }
            case EXPONENT -> {
                bits(valueOf(node.of(0)));
                shift("LSHR");
                code.loadConstant(Exponential.EXPONENT).invokevirtual(INTS, "sub", BY_INT);
                floats();
                code.loadConstant(Exponential.ROUND).invokevirtual(FLOATS, "sub", MethodTypeDesc.of(FLOATS, CD_float));
            }
            case SCALE -> {
                bits(valueOf(node.of(0)));
                code.aload(valueOf(node.of(1))).loadConstant(Exponential.ROUND);
                code.invokevirtual(FLOATS, "add", MethodTypeDesc.of(FLOATS, CD_float));
                bits();
                shift("LSHL");
                code.invokevirtual(INTS, "sub", MethodTypeDesc.of(INTS, VECTOR));
                floats();
            }
            default -> throw new AssertionError(node.op() + " was to be lowered");
        }
    }

    private void bits(int vector) {
        code.aload(vector);
        bits();
    }

    private void bits() {
        if (BOXES) {
            code.getstatic(INT_LANES, "INT", SPECIES).iconst_0();
            code.invokevirtual(FLOATS, "reinterpretShape", SHAPE).checkcast(INTS);
        } else {
            code.invokevirtual(FLOATS, "reinterpretAsInts", MethodTypeDesc.of(INTS));
        }
    }

    private void shift(String operator) {
        code.getstatic(OPERATORS, operator, BINARY).loadConstant(Exponential.MANTISSA_BITS);
        code.invokevirtual(INTS, "lanewise", MethodTypeDesc.of(INTS, BINARY, CD_int));
    }

    private void floats() {
        if (BOXES) {
            code.getstatic(LANES, "FLOAT", SPECIES).iconst_0();
            code.invokevirtual(INTS, "reinterpretShape", SHAPE).checkcast(FLOATS);
        } else {
            code.invokevirtual(INTS, "reinterpretAsFloats", ONE);
        }
    }

    private void call(Node node, ClassDesc of, MethodTypeDesc type) {
        for (Node each : node.of()) {
            code.aload(valueOf(each));
        }
        code.invokevirtual(of, node.op().name().toLowerCase(Locale.ROOT), type);
    }
}
