package dev.spikelane.loop;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.spikelane.simd.Exponential;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes loops over single neurons, for JVMs without the Vector API. Spikes are collected in words. */
final class ScalarWriter extends LoopWriter {

    private static final ClassDesc FLOAT = ClassDesc.of("java.lang.Float");
    private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
    private static final ClassDesc FUSED = ClassDesc.of("dev.spikelane.simd.FusedMultiplyAdd");
    private static final ClassDesc OF_LONG = LAYOUT.nested("OfLong");

    private final Map<Program.Store, Integer> words = new HashMap<>();

    private int at;
    private int word;
    private int neuron;

    ScalarWriter(CodeBuilder code, Program part, List<String> allRows, Set<String> shared) {
        super(code, part, allRows, shared, false);
    }

    @Override
    void neurons() {
        word = local(TypeKind.INT);
        neuron = local(TypeKind.INT);
        at = local(TypeKind.LONG);
        List<Program.Store> bits = stores().stream()
                .filter(store -> store.value().op().isCondition())
                .toList();
        bits.forEach(store -> words.put(store, local(TypeKind.LONG)));
        int neurons = local(TypeKind.INT);
        code.loadConstant(Long.SIZE).istore(neurons);
        loop(word, WORDS, () -> {
            words.values().forEach(local -> code.lconst_0().lstore(local));
            loop(neuron, neurons, () -> {
                code.iload(word).loadConstant(Long.SIZE).imul().iload(neuron).iadd();
                code.i2l().loadConstant((long) Float.BYTES).lmul().lstore(at);
                computeAll();
            });
            bits.forEach(store -> {
                placeOfBits(store.op(), store.name(), store.shift());
                times(word, Long.BYTES).ladd();
                layout("JAVA_LONG", OF_LONG);
                code.lload(Graph.of(words, store));
                code.invokeinterface(SEGMENT, "set", MethodTypeDesc.of(CD_void, OF_LONG, CD_long, CD_long));
            });
        });
    }

    @Override
    TypeKind kindOfNumbers() {
        return TypeKind.FLOAT;
    }

    @Override
    TypeKind kindOfConditions() {
        return TypeKind.INT;
    }

    @Override
    void constant(float value) {
        code.loadConstant(value);
    }

    @Override
    void broadcast() {}

    private void layout(String name, ClassDesc type) {
        int place = local(TypeKind.LONG);
        code.lstore(place).getstatic(LAYOUT, name, type).lload(place);
    }

    @Override
    void load(Node leaf) {
        if (leaf.op() == Op.FLAG) {
            placeOfBits(leaf.op(), leaf.name(), leaf.shift());
            times(word, Long.BYTES).ladd();
            layout("JAVA_LONG", OF_LONG);
            code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_long, OF_LONG, CD_long));
            code.iload(neuron).lushr().l2i().iconst_1().iand();
            return;
        }
        place(leaf.op(), leaf.name(), leaf.shift(), at);
        layout("JAVA_FLOAT", OF_FLOAT);
        code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, OF_FLOAT, CD_long));
    }

    @Override
    void store(Program.Store store) {
        int value = valueOf(store.value());
        if (store.value().op().isCondition()) {
            int word = Graph.of(words, store);
            code.lload(word).iload(value).i2l().iload(neuron).lshl().lor().lstore(word);
        } else {
            place(store.op(), store.name(), store.shift(), at);
            layout("JAVA_FLOAT", OF_FLOAT);
            code.fload(value);
            code.invokeinterface(SEGMENT, "set", MethodTypeDesc.of(CD_void, OF_FLOAT, CD_long, CD_float));
        }
    }

    @Override
    void compute(Node node) {
        if (node.op() == Op.SELECT) {
            code.iload(valueOf(node.of(0)));
            code.ifThenElse(Opcode.IFNE, yes -> yes.fload(valueOf(node.of(1))), no -> no.fload(valueOf(node.of(2))));
            return;
        }
        for (Node each : node.of()) {
            code.loadLocal(each.op().isCondition() ? TypeKind.INT : TypeKind.FLOAT, valueOf(each));
        }
        switch (node.op()) {
            case ADD -> code.fadd();
            case SUB -> code.fsub();
            case MUL -> code.fmul();
            case DIV -> code.fdiv();
            case FMA -> code.invokestatic(FUSED, "of", MethodTypeDesc.of(CD_float, CD_float, CD_float, CD_float));
            case NEG -> code.fneg();
            case ABS -> code.invokestatic(MATH, "abs", MethodTypeDesc.of(CD_float, CD_float));
            case SQRT -> {
                code.f2d().invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double));
                code.d2f();
            }
            case GT -> compare(code.fcmpl(), Opcode.IFGT);
            case GE -> compare(code.fcmpl(), Opcode.IFGE);
            case LT -> compare(code.fcmpg(), Opcode.IFLT);
            case LE -> compare(code.fcmpg(), Opcode.IFLE);
            case AND -> code.iand();
            case OR -> code.ior();
            case NOT -> code.iconst_1().ixor();
            default -> bits(node.op());
        }
    }

    private static void compare(CodeBuilder compared, Opcode holds) {
        compared.ifThenElse(holds, CodeBuilder::iconst_1, CodeBuilder::iconst_0);
    }

    private void bits(Op op) {
        switch (op) {
            case POWER2 -> {
                toBits().loadConstant(Exponential.EXPONENT).iadd();
                code.loadConstant(Exponential.MANTISSA_BITS).ishl();
            }
            case EXPONENT -> {
                toBits().loadConstant(Exponential.MANTISSA_BITS).iushr();
                code.loadConstant(Exponential.EXPONENT).isub();
            }
            case SCALE -> {
                code.loadConstant(Exponential.ROUND).fadd();
                toBits().loadConstant(Exponential.MANTISSA_BITS).ishl();
                int scale = local(TypeKind.INT);
                code.istore(scale);
                toBits().iload(scale).isub();
            }
            default -> throw new AssertionError(op + " was to be lowered");
        }
        code.invokestatic(FLOAT, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
        if (op == Op.EXPONENT) {
            code.loadConstant(Exponential.ROUND).fsub();
        }
    }

    private CodeBuilder toBits() {
        return code.invokestatic(FLOAT, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
    }
}
