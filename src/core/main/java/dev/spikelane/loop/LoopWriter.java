package dev.spikelane.loop;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the class of a loop. It has a method for each part of {@link ProgramSplitter}: a loop over rows with an inner
 * loop over the neurons of a row. All operations are in the inner loop, which carries only its counter; states and
 * parameters stay in registers from step to step. Numbers that neurons share are primitives.
 */
abstract class LoopWriter {

    static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    static final ClassDesc LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout");
    static final ClassDesc OF_FLOAT = LAYOUT.nested("OfFloat");
    static final int BLOCK_BYTES = Long.SIZE * Float.BYTES;

    private static final ClassDesc FRAME = ClassDesc.of(Frame.class.getName());
    private static final ClassDesc CHECKS = ClassDesc.of("dev.spikelane.simd.Checks");
    private static final MethodTypeDesc PART =
            MethodTypeDesc.of(CD_void, FRAME, CD_int, CD_int, CD_int, CD_int, CD_int, CD_int);
    private static final MethodTypeDesc IS_NATIVE = MethodTypeDesc.of(CD_void, SEGMENT);
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, FRAME, CD_int, CD_int, CD_int);

    // Parameters of a part's method, which computes LEFT rows of all samples from row ROW and sample SAMPLE.
    private static final int FRAME_SLOT = 0;
    private static final int ROW = 1;
    private static final int SAMPLE = 2;
    private static final int LEFT = 3;
    private static final int DELTA = 4;
    private static final int FIRST_WORD = 5;
    static final int WORDS = 6;

    final CodeBuilder code;
    final Set<String> shared;
    final List<Node> order;
    final Map<Node, Integer> values = new HashMap<>();

    /** Target of the branch for a slice that is not native memory. */
    private final Label foreign;

    private final Program part;
    private final List<String> allRows;
    private final boolean sliced;
    /** Locals by row: its segment or the value that neurons share; its offset in bytes; the bytes from row to row. */
    private final Map<String, Integer> segments = new HashMap<>();

    private final Map<String, Integer> bases = new HashMap<>();
    private final Map<String, Integer> strides = new HashMap<>();
    private final Map<String, Integer> offsets = new HashMap<>();

    private final Map<String, Integer> slices = new HashMap<>();

    LoopWriter(CodeBuilder code, Program part, List<String> allRows, Set<String> shared, boolean sliced) {
        this.code = code;
        this.foreign = code.newLabel();
        this.part = part;
        this.allRows = allRows;
        this.shared = shared;
        this.order = part.order();
        this.sliced = sliced;
    }

    interface Maker {
        LoopWriter of(CodeBuilder code, Program part, List<String> allRows, Set<String> shared);
    }

    static byte[] write(Program program, Set<String> shared, ClassDesc name, Maker maker) {
        List<Program> parts = program.parts();
        return ClassFile.of().build(name, made -> {
            made.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withInterfaceSymbols(ClassDesc.of(Loop.class.getName()))
                    .withMethodBody(
                            INIT_NAME,
                            MTD_void,
                            ClassFile.ACC_PUBLIC,
                            code -> code.aload(0)
                                    .invokespecial(CD_Object, INIT_NAME, MTD_void)
                                    .return_())
                    .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, code -> run(code, name, parts.size()));
            for (int i = 0; i < parts.size(); i++) {
                Program part = parts.get(i);
                made.withMethodBody(
                        "part" + i,
                        PART,
                        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC,
                        code -> maker.of(code, part, program.rows(), shared).write());
            }
        });
    }

    private static void run(CodeBuilder code, ClassDesc self, int parts) {
        if (parts == 1) {
            code.aload(1).iload(2).iconst_0().iload(3);
            frameInt(code, 1, "batch").imul().iload(4);
            frameInt(code, 1, "firstWord");
            frameInt(code, 1, "words").invokestatic(self, "part0", PART).return_();
            return;
        }
        int sample = code.allocateLocal(TypeKind.INT);
        int word = code.allocateLocal(TypeKind.INT);
        int end = code.allocateLocal(TypeKind.INT);
        Label groups = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(3).ifle(done).iconst_0().istore(sample);
        Label samples = code.newBoundLabel();
        frameInt(code, 1, "firstWord").dup().istore(word);
        frameInt(code, 1, "words").iadd().istore(end);
        Label tiles = code.newBoundLabel();
        for (int i = 0; i < parts; i++) {
            code.aload(1).iload(2).iload(sample).iadd();
            code.iload(sample).iconst_1().iload(4).iload(word);
            code.loadConstant(ProgramSplitter.TILE_WORDS).iload(end).iload(word).isub();
            code.invokestatic(ClassDesc.of("java.lang.Math"), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
            code.invokestatic(self, "part" + i, PART);
        }
        code.iinc(word, ProgramSplitter.TILE_WORDS).iload(word).iload(end).if_icmplt(tiles);
        code.iinc(sample, 1).iload(sample);
        frameInt(code, 1, "batch").if_icmplt(samples);
        code.iload(2).iload(4).iadd().istore(2).iinc(3, -1).goto_(groups);
        code.labelBinding(done).return_();
    }

    private static CodeBuilder frameInt(CodeBuilder code, int frame, String field) {
        return code.aload(frame).getfield(FRAME, field, CD_int);
    }

    final int local(TypeKind kind) {
        return code.allocateLocal(kind);
    }

    private void write() {
        int batch = local(TypeKind.INT);
        frameInt(code, FRAME_SLOT, "batch").istore(batch);
        int bytes = local(TypeKind.LONG);
        times(WORDS, BLOCK_BYTES).lstore(bytes);
        Set<String> rows = part.ownRows();
        for (String name : rows) {
            open(name, bytes);
        }
        Label again = code.newBoundLabel();
        Label end = code.newLabel();
        code.iload(LEFT).ifle(end);
        for (Node node : order) {
            if (node.op() == Op.STATE || node.op() == Op.STEP || node.op() == Op.FLAG) {
                openRow(node.op(), node.name(), node.shift(), batch, bytes);
            }
        }
        for (Program.Store store : part.stores()) {
            if (store.op() != Op.PARAMETER) {
                openRow(store.op(), store.name(), store.shift(), batch, bytes);
            }
        }
        if (!sliced) {
            // After an iteration C2 no longer knows the class of the segments.
            for (String name : rows) {
                if (!shared.contains(name)) {
                    check(Graph.of(segments, name));
                }
            }
        }
        neurons();
        code.iinc(ROW, 1).iinc(SAMPLE, 1).iinc(LEFT, -1);
        code.iload(SAMPLE).iload(batch).if_icmplt(again);
        code.iconst_0().istore(SAMPLE);
        code.iload(ROW).iload(DELTA).iadd().iload(batch).isub().istore(ROW).goto_(again);
        code.labelBinding(end).return_();
        if (sliced) {
            code.labelBinding(foreign)
                    .invokestatic(CHECKS, "isNative", IS_NATIVE)
                    .return_();
        }
        failed();
    }

    void check() {}

    void failed() {}

    abstract void neurons();

    private void check(int segment) {
        code.aload(segment).invokestatic(CHECKS, "isNative", IS_NATIVE);
    }

    /** Checks a slice's class, for slices whose constructor C2 has not inlined. */
    private void checkClass(int slice) {
        code.aload(slice).dup().invokevirtual(CD_Object, "getClass", MethodTypeDesc.of(CD_Class));
        code.getstatic(CHECKS, "NATIVE", CD_Class).if_acmpne(foreign).pop();
    }

    /** Reads the address of a row once: C2's knowledge of a segment does not extend to a second read. */
    private void open(String name, int bytes) {
        int index = allRows.indexOf(name);
        if (shared.contains(name)) {
            int value = local(TypeKind.FLOAT);
            element("shared", CD_float.arrayType(), index).iconst_0().faload().fstore(value);
            segments.put(name, value);
            return;
        }
        int segment = local(TypeKind.REFERENCE);
        element("segments", SEGMENT, index).astore(segment);
        check(segment);
        if (name.startsWith(ProgramSplitter.CUT)) {
            segments.put(name, segment);
            return;
        }
        int base = local(TypeKind.LONG);
        element("bases", CD_long, index);
        times(FIRST_WORD, part.isBits(name) ? Long.BYTES : BLOCK_BYTES).ladd().lstore(base);
        int stride = local(TypeKind.LONG);
        element("strides", CD_long, index).lstore(stride);
        segments.put(name, segment);
        bases.put(name, base);
        strides.put(name, stride);
        if (isParameter(name)) {
            offsets.put(name, base);
            if (sliced) {
                slice(name, name, bytes);
            }
        }
    }

    private CodeBuilder element(String array, ClassDesc type, int index) {
        code.aload(FRAME_SLOT).getfield(FRAME, array, type.arrayType());
        return code.loadConstant(index).arrayLoad(TypeKind.from(type));
    }

    final CodeBuilder times(int local, long bytes) {
        return code.iload(local).i2l().loadConstant(bytes).lmul();
    }

    /** Writes a loop whose counter runs from 0 to the value of another local, exclusive. */
    final void loop(int counter, int end, Runnable body) {
        code.iconst_0().istore(counter);
        Label next = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(counter).iload(end).if_icmpge(done);
        body.run();
        code.iinc(counter, 1).goto_(next).labelBinding(done);
    }

    private boolean isParameter(String name) {
        for (Node node : order) {
            if (node.op() == Op.PARAMETER && node.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes a slice. All slices have one length, so that C2 computes only once how far a loop runs without range
     * checks.
     */
    private void slice(String name, String key, int bytes) {
        int slice = local(TypeKind.REFERENCE);
        code.aload(Graph.of(segments, name)).lload(Graph.of(offsets, key)).lload(bytes);
        code.invokeinterface(SEGMENT, "asSlice", MethodTypeDesc.of(SEGMENT, CD_long, CD_long))
                .astore(slice);
        checkClass(slice);
        slices.put(key, slice);
    }

    private void openRow(Op op, String name, int shift, int batch, int bytes) {
        String key = key(op, name, shift);
        if (offsets.containsKey(key)) {
            return;
        }
        int offset = local(TypeKind.LONG);
        code.lload(Graph.of(bases, name));
        if (op == Op.STEP && part.isListed()) {
            code.aload(FRAME_SLOT)
                    .getfield(FRAME, "list", CD_int.arrayType())
                    .iload(ROW)
                    .iaload();
        } else {
            code.iload(op == Op.STEP ? ROW : SAMPLE);
        }
        if (op == Op.STEP && shift != 0) {
            code.iload(batch).loadConstant(shift).imul().iadd();
        }
        code.i2l().lload(Graph.of(strides, name)).lmul().ladd().lstore(offset);
        offsets.put(key, offset);
        // A slice of a row of bits would be allocated if segment profiles are mixed: 40 bytes a row.
        if (sliced && !part.isBits(name)) {
            slice(name, key, bytes);
        }
    }

    private static String key(Op op, String name, int shift) {
        return op == Op.PARAMETER ? name : name + "@" + shift;
    }

    /** Writes the segment of a row of numbers and the sum of its offset and a local. */
    final void place(Op op, String name, int shift, int at) {
        String key = key(op, name, shift);
        Integer slice = slices.get(key);
        code.aload(slice == null ? Graph.of(segments, name) : slice).lload(at);
        if (slice == null && offsets.containsKey(key)) {
            code.lload(Graph.of(offsets, key)).ladd();
        }
    }

    final void placeOfBits(Op op, String name, int shift) {
        code.aload(Graph.of(segments, name)).lload(Graph.of(offsets, key(op, name, shift)));
    }

    final void computeAll() {
        for (Node node : order) {
            boolean number = !node.op().isCondition();
            if (node.op() == Op.CONSTANT) {
                constant((float) node.value());
            } else if (shared.contains(node.name())) {
                code.fload(Graph.of(segments, node.name()));
                broadcast();
            } else if (node.op().isLeaf()) {
                load(node);
            } else {
                compute(node);
            }
            if (number) {
                check();
            }
            TypeKind kind = number ? kindOfNumbers() : kindOfConditions();
            int local = local(kind);
            code.storeLocal(kind, local);
            values.put(node, local);
        }
        for (Program.Store store : part.stores()) {
            store(store);
        }
    }

    final List<Program.Store> stores() {
        return part.stores();
    }

    final int valueOf(Node node) {
        return Graph.of(values, node);
    }

    abstract TypeKind kindOfNumbers();

    abstract TypeKind kindOfConditions();

    abstract void constant(float value);

    /** Turns a float on the stack into a value for all neurons of an iteration. */
    abstract void broadcast();

    abstract void load(Node leaf);

    abstract void compute(Node node);

    abstract void store(Program.Store store);
}
