package dev.spikelane.loop;

import dev.spikelane.simd.SimdWidth;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compiles programs to hidden classes. Equal programs share a class, which is unloaded when no program refers to it. If
 * classes cannot be defined, as in native images, the interpreter runs programs; it is 10 to 100 times slower.
 */
public final class LoopCompiler {

    /** Name of the system property that selects the form of loops: auto, vector, scalar or interpreter. */
    public static final String PROPERTY = "spikelane.equations";

    public enum Form {
        INTERPRETER,
        SCALAR,
        VECTOR;

        public static Form of(String asked) {
            Form best = SimdWidth.VECTOR ? VECTOR : SCALAR;
            return switch (asked.toLowerCase(Locale.ROOT)) {
                case "auto" -> best;
                case "interpreter" -> INTERPRETER;
                case "scalar" -> SCALAR;
                case "vector" -> best;
                default ->
                    throw new IllegalArgumentException(
                            PROPERTY + " is '" + asked + "', expected auto, vector, scalar or interpreter");
            };
        }
    }

    private static final Map<String, WeakReference<Loop>> LOOPS = new ConcurrentHashMap<>();
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private LoopCompiler() {}

    /**
     * Compiles a program in the form that the system property selects.
     *
     * @param own a lookup in the package of the new class
     * @param program makes the program in a given graph
     * @param shared names of parameters that have one value for all neurons
     */
    public static CompiledProgram compile(
            MethodHandles.Lookup own, Function<Graph, Program> program, Set<String> shared) {
        return compile(own, program, shared, Form.of(System.getProperty(PROPERTY, "auto")));
    }

    public static CompiledProgram compile(
            MethodHandles.Lookup own, Function<Graph, Program> program, Set<String> shared, Form form) {
        if (form != Form.INTERPRETER) {
            Program lowered = program.apply(new Lowering());
            Loop loop = loop(own, lowered, shared, form);
            if (loop != null) {
                return new CompiledProgram(lowered, loop);
            }
        }
        Program asWritten = program.apply(new Graph());
        return new CompiledProgram(asWritten, new Interpreter(asWritten, shared));
    }

    private static @Nullable Loop loop(MethodHandles.Lookup own, Program program, Set<String> shared, Form form) {
        String key = form + program.signature(shared);
        WeakReference<Loop> known = LOOPS.get(key);
        Loop loop = known == null ? null : known.get();
        if (loop == null) {
            loop = define(own, program, shared, form);
            LOOPS.values().removeIf(each -> each.refersTo(null));
            if (loop != null) {
                LOOPS.put(key, new WeakReference<>(loop));
            }
        }
        return loop;
    }

    /**
     * Defines a class. If that fails, logs the reason once and returns null. Native images throw their own error, hence
     * the catch of all.
     */
    private static @Nullable Loop define(MethodHandles.Lookup own, Program program, Set<String> shared, Form form) {
        ClassDesc name = ClassDesc.of(own.lookupClass().getPackageName(), "Loop" + program.name());
        byte[] bytes =
                LoopWriter.write(program, shared, name, form == Form.VECTOR ? VectorWriter::new : ScalarWriter::new);
        try {
            MethodHandles.Lookup made = own.defineHiddenClass(bytes, true);
            return (Loop) made.findConstructor(made.lookupClass(), MethodType.methodType(void.class))
                    .invoke();
        } catch (VirtualMachineError failure) {
            throw failure;
        } catch (Throwable failure) {
            if (!WARNED.getAndSet(true)) {
                System.getLogger("dev.spikelane")
                        .log(
                                System.Logger.Level.WARNING,
                                "Spikelane: equations are interpreted, 10 to 100 times slower, because classes cannot"
                                        + " be defined at run time",
                                failure);
            }
            return null;
        }
    }
}
