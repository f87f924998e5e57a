package dev.spikelane.loop;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import dev.spikelane.simd.Lanes;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the instructions of a method whose operands are known, and writes the others: once for each combination of
 * values known before them. Each written instruction stores its result in a new local.
 */
final class Unroller {

    private static final ClassDesc ERROR = ClassDesc.of("java.lang.AssertionError");
    private static final int NOWHERE = -1;
    private static final int MOST_POINTS = 1000;

    /**
     * The longest method that C2 inlines ({@code FreqInlineSize}). Each copy is longer, so that C2 compiles it on its
     * own, with its own call counts. In a method that C2 inlines into its caller the counts may be 0; C2 then does not
     * inline the calls that take slices, and they allocate permanently (40 bytes a row, in one JVM of eight).
     */
    private static final int MOST_INLINED = 325;

    /** A value on the stack, or the known value of a local. */
    private sealed interface Value {
        TypeKind kind();
    }

    private record Known(TypeKind kind, Number number) implements Value {}

    private record Local(TypeKind kind, int slot) implements Value {}

    /** Arithmetic that is written at the only use of its result. */
    private record Later(TypeKind kind, Instruction at, List<Value> of) implements Value {}

    /** An array as consecutive locals. */
    private record Registers(TypeKind kind, int first, int length) implements Value {}

    private record Point(int place, Map<Integer, Value> known, List<Value> stack) {}

    private final MethodHandles.Lookup own;
    private final Object plain;
    private final CodeBuilder code;
    private final MethodFlow flow;
    private final Map<Point, Label> labels = new HashMap<>();
    private final Set<Point> written = new HashSet<>();
    private final List<Point> pending = new ArrayList<>();
    /** Target of the branch for a vector of another class. */
    private final Label other;

    /** Locals that hold stack values at points where branches meet, by instruction and stack depth. */
    private final Map<List<Integer>, Integer> meetings = new HashMap<>();

    /** Results of {@link #constant} by instruction: looking a field up costs more than writing its code. */
    private final Map<FieldInstruction, Object> constants = new HashMap<>();

    private int slots;
    /**
     * The result that the previous instruction left on the JVM's stack; it is stored to its local unless the next
     * instruction uses it.
     */
    private @Nullable Local fresh;

    private Map<Integer, Value> known = new HashMap<>();
    private List<Value> stack = new ArrayList<>();

    Unroller(MethodHandles.Lookup own, Object plain, CodeAttribute method, CodeBuilder code) {
        this.own = own;
        this.plain = plain;
        this.code = code;
        this.other = code.newLabel();
        this.slots = method.maxLocals();
        this.flow = new MethodFlow(method);
    }

    void write() {
        pending.add(new Point(0, Map.of(), List.of()));
        while (!pending.isEmpty()) {
            Point first = pending.getFirst();
            for (Point each : pending) {
                first = each.place < first.place ? each : first;
            }
            pending.remove(first);
            if (!written.contains(first)) {
                known = new HashMap<>(first.known);
                stack = new ArrayList<>(first.stack);
                int place = first.place;
                while (place != NOWHERE) {
                    place = write(place);
                }
            }
        }
        code.labelBinding(other);
        for (int i = 0; i < MOST_INLINED; i++) {
            code.nop();
        }
        code.new_(ERROR).dup().loadConstant(Lanes.OTHER_VECTOR);
        code.invokespecial(ERROR, INIT_NAME, MethodTypeDesc.of(CD_void, CD_Object))
                .athrow();
    }

    private int write(int place) {
        if (flow.isMeeting(place)) {
            Point point = point(place);
            if (!written.add(point)) {
                out().goto_(label(point));
                return NOWHERE;
            }
            if (written.size() > MOST_POINTS) {
                throw new IllegalStateException("a loop that is to be unrolled has no end");
            }
            known = new HashMap<>(point.known);
            out().labelBinding(label(point));
        }
        Instruction at = flow.at(place);
        switch (at) {
            case BranchInstruction branch -> {
                return branch(branch, place);
            }
            case ConstantInstruction constant
            when constant.constantValue() instanceof Number number ->
                stack.add(new Known(constant.typeKind().asLoadable(), number));
            case LoadInstruction load ->
                stack.add(known.getOrDefault(load.slot(), new Local(load.typeKind(), load.slot())));
            case StoreInstruction store -> store(store);
            case IncrementInstruction increment -> {
                realize(increment.slot());
                protect(increment.slot());
                out().with(at);
            }
            case ArrayLoadInstruction load -> load(load);
            case ArrayStoreInstruction store -> store(store);
            case NewPrimitiveArrayInstruction made -> array(made, made.typeKind());
            case NewReferenceArrayInstruction made -> array(made, TypeKind.REFERENCE);
            case StackInstruction copy -> copy(copy.opcode());
            case FieldInstruction field -> field(field);
            case OperatorInstruction operator -> operator(operator);
            case ConvertInstruction convert -> convert(convert);
            case InvokeInstruction call -> call(call);
            case TypeCheckInstruction check ->
                operate(at, 1, check.opcode() == Opcode.CHECKCAST ? TypeKind.REFERENCE : TypeKind.INT);
            case ConstantInstruction constant -> operate(at, 0, constant.typeKind());
            case ReturnInstruction end -> operate(at, end.typeKind() == TypeKind.VOID ? 0 : 1, TypeKind.VOID);
            default -> throw new IllegalStateException("there is no unrolling of " + at);
        }
        return MethodFlow.goesOn(at) ? place + 1 : NOWHERE;
    }

    /**
     * Returns the point at an instruction with the values known now. If a loop begins there, the locals that it changes
     * are unknown.
     */
    private Point point(int place) {
        for (int slot : flow.changed(place)) {
            if (flow.isLive(place, slot)) {
                realize(slot);
            }
        }
        for (int i = 0; i < stack.size(); i++) {
            Value value = stack.get(i);
            if (value instanceof Local || value instanceof Later) {
                int slot = meetings.computeIfAbsent(List.of(place, i), _ -> newSlot(value.kind()));
                stack.set(i, meet(value, slot));
            }
        }
        Map<Integer, Value> needed = new HashMap<>(known);
        needed.keySet().removeIf(slot -> !flow.isLive(place, slot));
        return new Point(place, needed, List.copyOf(stack));
    }

    private Local meet(Value value, int slot) {
        Local meeting = new Local(value.kind(), slot);
        if (!value.equals(meeting)) {
            load(value);
            code.storeLocal(meeting.kind, slot);
        }
        return meeting;
    }

    private Label label(Point point) {
        return labels.computeIfAbsent(point, _ -> code.newLabel());
    }

    private int branch(BranchInstruction branch, int place) {
        int target = flow.target(branch);
        Opcode opcode = branch.opcode();
        if (!MethodFlow.isGoto(branch)) {
            boolean two = opcode.name().startsWith("IF_");
            List<Value> of = pop(two ? 2 : 1);
            if (!of.stream().allMatch(Known.class::isInstance)) {
                Point point = point(target);
                of.forEach(this::load);
                out().branch(opcode, label(point));
                pending.add(point);
                return place + 1;
            }
            if (!holds(opcode.name(), integer(of.getFirst()), two ? integer(of.getLast()) : 0)) {
                return place + 1;
            }
        }
        Point point = point(target);
        if (written.contains(point)
                || pending.stream().anyMatch(other -> other.place < target && !written.contains(other))) {
            out().goto_(label(point));
            pending.add(point);
            return NOWHERE;
        }
        return target;
    }

    private static boolean holds(String opcode, int a, int b) {
        return switch (opcode.substring(opcode.length() - 2)) {
            case "EQ" -> a == b;
            case "NE" -> a != b;
            case "LT" -> a < b;
            case "GE" -> a >= b;
            case "GT" -> a > b;
            default -> a <= b;
        };
    }

    private List<Value> pop(int count) {
        List<Value> last = stack.subList(stack.size() - count, stack.size());
        List<Value> popped = List.copyOf(last);
        last.clear();
        return popped;
    }

    /** Returns the code builder, after a store of a result that is still on the JVM's stack. */
    private CodeBuilder out() {
        Local last = fresh;
        if (last != null) {
            fresh = null;
            code.storeLocal(last.kind, last.slot);
        }
        return code;
    }

    private void load(Value value) {
        switch (value) {
            case Known of -> out().loadConstant((ConstantDesc) of.number);
            case Later of -> {
                of.of.forEach(this::load);
                out().with(of.at);
            }
            case Local of
            when of.equals(fresh) && stack.stream().noneMatch(each -> needs(each, of.slot)) -> fresh = null;
            case Local of -> out().loadLocal(of.kind, of.slot);
            case Registers _ -> throw new IllegalStateException("an array of registers leaves its method");
        }
    }

    private static boolean needs(Value value, int slot) {
        return value instanceof Local local && local.slot == slot
                || value instanceof Later later && later.of.stream().anyMatch(each -> needs(each, slot));
    }

    private void operate(Instruction at, int operands, TypeKind result) {
        pop(operands).forEach(this::load);
        out().with(at);
        if (result != TypeKind.VOID) {
            stack.add(toNew(result.asLoadable()));
        }
    }

    /** Postpones an instruction without side effects to the use of its result. */
    private void later(Instruction at, int operands, TypeKind result) {
        stack.add(new Later(result.asLoadable(), at, pop(operands)));
    }

    private Local toNew(TypeKind kind) {
        fresh = new Local(kind, newSlot(kind));
        return fresh;
    }

    private int newSlot(TypeKind kind) {
        slots += kind.slotSize();
        return slots - kind.slotSize();
    }

    /** Stores the known value of a local into it. */
    private void realize(int slot) {
        if (known.get(slot) instanceof Known value) {
            load(value);
            code.storeLocal(value.kind, slot);
            known.remove(slot);
        }
    }

    /** Copies stack values that depend on a local before it changes. */
    private void protect(int slot) {
        for (int i = 0; i < stack.size(); i++) {
            Value value = stack.get(i);
            if (needs(value, slot)) {
                load(value);
                stack.set(i, toNew(value.kind()));
                out();
            }
        }
    }

    private void store(StoreInstruction store) {
        Value value = pop(1).getFirst();
        protect(store.slot());
        if (value instanceof Local || value instanceof Later) {
            known.remove(store.slot());
            load(value);
            code.storeLocal(store.typeKind(), store.slot());
        } else {
            known.put(store.slot(), value);
        }
    }

    private void array(Instruction made, TypeKind kind) {
        if (stack.getLast() instanceof Known length) {
            stack.removeLast();
            stack.add(new Registers(kind, slots, length.number.intValue()));
            slots += kind.slotSize() * length.number.intValue();
        } else {
            operate(made, 1, TypeKind.REFERENCE);
        }
    }

    private void load(ArrayLoadInstruction load) {
        if (stack.get(stack.size() - 2) instanceof Registers array) {
            stack.set(stack.size() - 2, new Local(array.kind.asLoadable(), slot(array, stack.removeLast())));
        } else {
            operate(load, 2, load.typeKind());
        }
    }

    private void store(ArrayStoreInstruction store) {
        if (stack.get(stack.size() - 3) instanceof Registers array) {
            List<Value> of = pop(3);
            int slot = slot(array, of.get(1));
            protect(slot);
            load(of.getLast());
            code.storeLocal(array.kind.asLoadable(), slot);
        } else {
            operate(store, 3, TypeKind.VOID);
        }
    }

    private static int slot(Registers array, Value index) {
        return array.first + array.kind.slotSize() * Objects.checkIndex(integer(index), array.length);
    }

    private static int integer(Value value) {
        if (value instanceof Known known) {
            return known.number.intValue();
        }
        throw new IllegalStateException("a number is not known where a loop is unrolled");
    }

    private void copy(Opcode opcode) {
        int top = stack.size();
        switch (opcode) {
            case POP -> stack.removeLast();
            case DUP -> stack.add(stack.getLast());
            case DUP2 -> stack.addAll(List.copyOf(stack.subList(top - 2, top)));
            default -> throw new IllegalStateException("there is no unrolling of " + opcode);
        }
    }

    private void field(FieldInstruction at) {
        boolean isStatic = at.opcode() == Opcode.GETSTATIC;
        if (at.opcode() == Opcode.PUTFIELD || at.opcode() == Opcode.PUTSTATIC) {
            throw new IllegalStateException("a field is written where a loop is unrolled");
        }
        TypeKind kind = TypeKind.from(at.typeSymbol());
        Object constant = isStatic || isThis(stack.getLast()) ? constants.computeIfAbsent(at, this::constant) : null;
        if (constant == null) {
            operate(at, isStatic ? 0 : 1, kind);
        } else if (constant instanceof Number number) {
            pop(isStatic ? 0 : 1);
            stack.add(new Known(kind.asLoadable(), number));
        } else {
            later(at, isStatic ? 0 : 1, kind);
        }
    }

    private static boolean isThis(Value value) {
        return value instanceof Local local && local.slot == 0;
    }

    /** Returns the number of a final primitive field, or a final field of an object; null if the field is not final. */
    private @Nullable Object constant(FieldInstruction at) {
        try {
            Class<?> owner = (Class<?>) at.owner().asSymbol().resolveConstantDesc(own);
            Field field = owner.getDeclaredField(at.name().stringValue());
            Object constant = field.getType().isPrimitive() ? number(field, plain) : field;
            return Modifier.isFinal(field.getModifiers()) ? constant : null;
        } catch (ReflectiveOperationException failure) {
            throw new LinkageError(at.name().stringValue(), failure);
        }
    }

    static Number number(Field field, Object of) {
        try {
            field.setAccessible(true);
            Object value = field.get(of);
            return value instanceof Boolean truth ? (truth ? 1 : 0) : (Number) value;
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void operator(OperatorInstruction at) {
        Opcode opcode = at.opcode();
        if (opcode == Opcode.ARRAYLENGTH) {
            if (stack.getLast() instanceof Registers array) {
                stack.set(stack.size() - 1, new Known(TypeKind.INT, array.length));
            } else {
                later(at, 1, TypeKind.INT);
            }
            return;
        }
        boolean one = opcode.name().endsWith("NEG");
        int operands = one ? 1 : 2;
        boolean compares = opcode.name().contains("CMP");
        TypeKind kind = compares ? TypeKind.INT : at.typeKind();
        Value last = stack.getLast();
        if (stack.get(stack.size() - operands) instanceof Known a && last instanceof Known b && !compares) {
            Number result = compute(opcode, a.number, b.number);
            if (result != null) {
                pop(operands);
                stack.add(new Known(kind, result));
                return;
            }
        }
        later(at, operands, kind);
    }

    private static @Nullable Number compute(Opcode opcode, Number a, Number b) {
        int i = a.intValue();
        int j = b.intValue();
        return switch (opcode) {
            case IADD -> i + j;
            case ISUB -> i - j;
            case IMUL -> i * j;
            case IDIV -> i / j;
            case IREM -> i % j;
            case ISHL -> i << j;
            case IAND -> i & j;
            case LADD -> a.longValue() + b.longValue();
            case LSUB -> a.longValue() - b.longValue();
            case LMUL -> a.longValue() * b.longValue();
            default -> null;
        };
    }

    private void convert(ConvertInstruction at) {
        if (stack.getLast() instanceof Known of && at.opcode() == Opcode.I2L) {
            stack.set(stack.size() - 1, new Known(TypeKind.LONG, of.number.longValue()));
        } else {
            later(at, 1, at.toType());
        }
    }

    private void call(InvokeInstruction at) {
        if (MethodFlow.isCall(at, "next")) {
            stack.add(new Known(TypeKind.INT, integer(pop(1).getFirst()) + 1));
            return;
        }
        int parameters = at.typeSymbol().parameterCount();
        if (MethodFlow.isCall(at, "requireClass")) {
            List<Value> of = pop(parameters);
            Registers all = (Registers) of.getFirst();
            int first = parameters == 2 ? 0 : integer(of.get(1));
            int end = parameters == 2 ? all.length : integer(of.get(2));
            for (int i = first; i < end; i++) {
                out().aload(all.first + i).invokevirtual(CD_Object, "getClass", MethodTypeDesc.of(CD_Class));
                load(of.getLast());
                out().if_acmpne(other);
            }
            return;
        }
        int receiver = at.opcode() == Opcode.INVOKESTATIC ? 0 : 1;
        operate(at, parameters + receiver, TypeKind.from(at.typeSymbol().returnType()));
    }
}
