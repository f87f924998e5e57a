package dev.spikelane.equation;

import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.spikelane.kernel.base.Exponential;
import dev.spikelane.kernel.base.SimdWidth;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes loops of vectors; it names the classes of the Vector API, which may be missing here. */
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
    private static final ClassDesc LANES = ClassDesc.of("dev.spikelane.kernel.base.Lanes");
    private static final ClassDesc SPIKES = ClassDesc.of("dev.spikelane.kernel.base.SpikeLanesVector");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final MethodTypeDesc TWO = MethodTypeDesc.of(FLOATS, VECTOR);
    private static final MethodTypeDesc ONE = MethodTypeDesc.of(FLOATS);
    private static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(FLOATS, SPECIES, CD_float);

    /**
     * A slice is not forced to be inlined: in a longer method ({@code DesiredMethodLimit}), or behind many others, it
     * would be an object.
     */
    private static final int MOST_SLICED = 80;

    private static final int MOST_SLICES = 7;

    private int counter;
    private int at;

    VectorWriter(CodeBuilder code, Program part, List<String> allRows, Set<String> shared) {
        super(code, part, allRows, shared, isSliced(part, shared));
    }

    private static boolean isSliced(Program part, Set<String> shared) {
        long slices = part.order().stream()
                .filter(node -> node.op().isLeaf() && node.op() != Op.CONSTANT && !shared.contains(node.name()))
                .count();
        return slices <= MOST_SLICES && part.order().size() <= MOST_SLICED;
    }

    @Override
    void neurons() {
        int lanes = SimdWidth.bits() / Float.SIZE;
        int end = local(TypeKind.INT);
        // A quotient, whose range C2 knows.
        code.iload(WORDS)
                .loadConstant(Long.SIZE)
                .imul()
                .loadConstant(lanes)
                .idiv()
                .istore(end);
        counter = local(TypeKind.INT);
        at = local(TypeKind.LONG);
        code.iconst_0().istore(counter);
        Label next = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(counter).iload(end).if_icmpge(done);
        code.iload(counter)
                .i2l()
                .loadConstant((long) lanes * Float.BYTES)
                .lmul()
                .lstore(at);
        computeAll();
        code.iinc(counter, 1).goto_(next).labelBinding(done);
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

    /** A vector before the loop would be an object where the loop is compiled while it runs. */
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
        place(leaf.op(), leaf.name(), leaf.shift(), at);
        code.getstatic(LANES, "ORDER", ORDER);
        code.invokestatic(FLOATS, "fromMemorySegment", MethodTypeDesc.of(FLOATS, SPECIES, SEGMENT, CD_long, ORDER));
    }

    @Override
    void store(Program.Store store) {
        if (store.value().op().isCondition()) {
            // Vector by vector: a word that were gathered would be carried from one to the next.
            int lanes = SimdWidth.bits() / Float.SIZE;
            if (lanes < Byte.SIZE) {
                placeOfBits(store);
                code.iload(counter);
                lanes(store);
                code.invokestatic(SPIKES, "store", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, CD_int, CD_long));
                return;
            }
            boolean isShort = lanes > Byte.SIZE;
            int place = local(TypeKind.LONG);
            placeOfBits(store);
            code.iload(counter)
                    .loadConstant(lanes / Byte.SIZE)
                    .imul()
                    .i2l()
                    .ladd()
                    .lstore(place);
            ClassDesc layout = LAYOUT.nested(isShort ? "OfShort" : "OfByte");
            code.getstatic(LAYOUT, isShort ? "JAVA_SHORT_UNALIGNED" : "JAVA_BYTE", layout).lload(place);
            lanes(store);
            code.l2i();
            ClassDesc type = isShort ? CD_short : CD_byte;
            code.invokeinterface(SEGMENT, "set", MethodTypeDesc.of(CD_void, layout, CD_long, type));
        } else {
            code.aload(valueOf(store.value()));
            place(store.op(), store.name(), store.shift(), at);
            code.getstatic(LANES, "ORDER", ORDER);
            code.invokevirtual(FLOATS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
        }
    }

    private void lanes(Program.Store store) {
        code.aload(valueOf(store.value())).invokevirtual(MASK, "toLong", MethodTypeDesc.of(CD_long));
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
                code.loadConstant(Exponential.EXPONENT);
                code.invokevirtual(INTS, "add", MethodTypeDesc.of(INTS, CD_int));
                shift("LSHL");
                floats();
            }
            case EXPONENT -> {
                bits(valueOf(node.of(0)));
                shift("LSHR");
                code.loadConstant(Exponential.EXPONENT);
                code.invokevirtual(INTS, "sub", MethodTypeDesc.of(INTS, CD_int));
                floats();
                code.loadConstant(Exponential.ROUND).invokevirtual(FLOATS, "sub", MethodTypeDesc.of(FLOATS, CD_float));
            }
            case SCALE -> {
                bits(valueOf(node.of(0)));
                code.aload(valueOf(node.of(1))).loadConstant(Exponential.ROUND);
                code.invokevirtual(FLOATS, "add", MethodTypeDesc.of(FLOATS, CD_float));
                code.invokevirtual(FLOATS, "reinterpretAsInts", MethodTypeDesc.of(INTS));
                shift("LSHL");
                code.invokevirtual(INTS, "sub", MethodTypeDesc.of(INTS, VECTOR));
                floats();
            }
            default -> throw new AssertionError(node.op() + " was to be lowered");
        }
    }

    private void bits(int vector) {
        code.aload(vector).invokevirtual(FLOATS, "reinterpretAsInts", MethodTypeDesc.of(INTS));
    }

    private void shift(String operator) {
        code.getstatic(OPERATORS, operator, BINARY).loadConstant(Exponential.MANTISSA_BITS);
        code.invokevirtual(INTS, "lanewise", MethodTypeDesc.of(INTS, BINARY, CD_int));
    }

    private void floats() {
        code.invokevirtual(INTS, "reinterpretAsFloats", ONE);
    }

    private void call(Node node, ClassDesc of, MethodTypeDesc type) {
        node.of().forEach(each -> code.aload(valueOf(each)));
        code.invokevirtual(of, node.op().name().toLowerCase(Locale.ROOT), type);
    }
}
