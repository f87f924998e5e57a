package dev.spikelane.equation;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A text in C, compiled with {@code -O3 -march=native} for this machine. The system property {@value #PROPERTY} names a
 * compiler other than gcc, and options.
 */
final class ZooInC {

    /** Name of the system property with the C compiler and its options. */
    static final String PROPERTY = "spikelane.cc";

    private static final String OPTIONS =
            "-std=c99 -O3 -march=native -ffp-contract=off -fno-trapping-math -fno-math-errno -shared -fPIC";

    /** A multiple of 64. */
    private static final int MOST_NEURONS = 1024;

    private static final FunctionDescriptor RUN =
            FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);

    private final Equations equations;
    private final MethodHandle run;
    /** Start addresses of the inputs' rows, then of the variables' rows. */
    private final MemorySegment rows;

    private final MemorySegment parameters;

    private ZooInC(Arena arena, Equations equations, MethodHandle run) {
        this.equations = equations;
        this.run = run;
        this.rows = arena.allocate(
                ADDRESS, equations.inputs().size() + equations.variables().size());
        EquationParameters values = new EquationParameters(arena, equations, 1, Map.of());
        List<String> names = names(equations);
        this.parameters = arena.allocate(JAVA_FLOAT, names.size());
        for (int i = 0; i < names.size(); i++) {
            parameters.setAtIndex(JAVA_FLOAT, i, values.value(names.get(i), 0));
        }
    }

    /** Returns the parameters, then the parameters derived from others. */
    private static List<String> names(Equations equations) {
        List<String> names = new ArrayList<>(equations.parameters().keySet());
        names.addAll(equations.derived().keySet());
        return names;
    }

    /** Compiles a text; returns null without a compiler. */
    @SuppressWarnings("restricted") // a C library that this method has compiled
    static @Nullable ZooInC of(Arena arena, Equations equations) {
        try {
            Path folder = Files.createTempDirectory("spikelane-zoo");
            Path file = folder.resolve("zoo.c");
            Path library = folder.resolve("zoo.so");
            try {
                Files.writeString(file, text(equations));
                List<String> command = new ArrayList<>(
                        List.of(System.getProperty(PROPERTY, "gcc").split(" ")));
                command.addAll(List.of(OPTIONS.split(" ")));
                command.addAll(List.of(file.toString(), "-o", library.toString()));
                Process process = new ProcessBuilder(command).inheritIO().start();
                if (process.waitFor() != 0) {
                    return null;
                }
                return new ZooInC(
                        arena,
                        equations,
                        Linker.nativeLinker()
                                .downcallHandle(
                                        SymbolLookup.libraryLookup(library, arena)
                                                .find("run")
                                                .orElseThrow(),
                                        RUN));
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(library);
                Files.delete(folder);
            }
        } catch (IOException missing) {
            return null; // no compiler
        } catch (InterruptedException interrupted) {
            throw new UncheckedIOException(new IOException(interrupted));
        }
    }

    /** Returns the text's function, and a loop over steps that packs spikes into the bits of matrices. */
    private static String text(Equations equations) {
        List<String> shared = names(equations);
        Program program = equations.forward(1, List.of(), new Graph());
        List<String> arguments = new ArrayList<>(List.of("neurons"));
        List<String> rows = new ArrayList<>(equations.inputs());
        rows.addAll(equations.variables().keySet());
        for (String row : C99.rows(program)) {
            int place = rows.indexOf(row);
            String input = place < equations.inputs().size() ? " + step * stride" : "";
            arguments.add(
                    program.isBits(row)
                            ? "fired"
                            : place < 0 ? "parameters[" + shared.indexOf(row) + "]" : "rows[" + place + "]" + input);
        }
        return "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n\n"
                + C99.functions(C99.operations(program))
                + "static "
                + C99.function("zoo", program, Set.copyOf(shared))
                + """
                static uint8_t fired[%d];

                void run(int neurons, int steps, long stride, float *const *rows, const float *parameters,
                         uint8_t *spikes)
                {
                    int bytes = (neurons + 63) / 64 * 8;
                    for (int step = 0; step < steps; step++) {
                        zoo(%s);
                        for (int i = 0; i < bytes; i++) { /* a bit for each of eight bytes */
                            uint64_t eight;
                            memcpy(&eight, fired + 8 * i, 8);
                            spikes[step * bytes + i] = (uint8_t) (eight * UINT64_C(0x0102040810204080) >> 56);
                        }
                    }
                }
                """.formatted(MOST_NEURONS, String.join(", ", arguments));
    }

    /** Runs all steps of neurons from a state on. */
    void run(List<FloatMatrix> inputs, FloatMatrix state, SpikeMatrix spikes) {
        int place = 0;
        for (FloatMatrix input : inputs) {
            rows.setAtIndex(ADDRESS, place++, input.segment());
        }
        for (int i = 0; i < equations.variables().size(); i++) {
            rows.setAtIndex(ADDRESS, place++, state.segment().asSlice(state.rowOffset(i)));
        }
        try {
            run.invokeExact(
                    spikes.columns(),
                    spikes.rows(),
                    inputs.getFirst().rowOffset(1) / Float.BYTES,
                    rows,
                    parameters,
                    spikes.segment());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
