package dev.spikelane.equation;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.CCompiler;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Loop;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Programs compiled as C loops by one call. */
@SuppressWarnings("restricted")
final class CLoops {

    private final StringBuilder text = new StringBuilder();
    private final Set<Op> operations = EnumSet.noneOf(Op.class);
    private int count;

    /** Adds a program of one step; returns the name of its function. */
    String add(Program program, Set<String> shared) {
        String name = "f" + count++;
        operations.addAll(C99.operations(program));
        text.append("void ").append(name).append("();\n".replace("()", prototype(program, shared, name)));
        text.append(C99.function(name, program, shared));
        return name;
    }

    private static String prototype(Program program, Set<String> shared, String name) {
        String function = C99.function(name, program, shared);
        return function.substring(function.indexOf('('), function.indexOf("\n{"));
    }

    SymbolLookup compile(String compiler, Path folder, Arena arena) throws IOException, InterruptedException {
        Path file = folder.resolve("texts.c");
        Files.writeString(
                file,
                "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n\n" + C99.functions(operations) + text);
        Path library = folder.resolve("texts.so");
        CCompiler.compile(compiler, List.of(file), library, "-shared", "-fPIC");
        return SymbolLookup.libraryLookup(library, arena);
    }

    static Loop loop(SymbolLookup library, String name, Program program, Set<String> shared) {
        List<MemoryLayout> layouts = new ArrayList<>(List.of(JAVA_INT));
        C99.rows(program).forEach(row -> layouts.add(shared.contains(row) ? JAVA_FLOAT : ADDRESS));
        MethodHandle function = Linker.nativeLinker()
                .downcallHandle(
                        library.find(name).orElseThrow(),
                        FunctionDescriptor.ofVoid(layouts.toArray(MemoryLayout[]::new)));
        return (frame, row, groups, delta) -> {
            for (int group = 0; group < groups; group++) {
                for (int sample = 0; sample < frame.batch; sample++) {
                    call(function, program, shared, frame, row + group * delta, sample);
                }
            }
        };
    }

    private static void call(
            MethodHandle function, Program program, Set<String> shared, Frame frame, int row, int sample) {
        int neurons = frame.words * Long.SIZE;
        try (Arena arena = Arena.ofConfined()) {
            List<Object> arguments = new ArrayList<>(List.of(neurons));
            MemorySegment bytes = arena.allocate(neurons);
            MemorySegment bits = MemorySegment.NULL;
            for (String name : C99.rows(program)) {
                int i = frame.rows.indexOf(name);
                if (shared.contains(name)) {
                    arguments.add(frame.shared[i][0]);
                    continue;
                }
                MemorySegment at = frame.segments[i].asSlice(
                        frame.bases[i] + rowOf(program, name, row, sample) * frame.strides[i]);
                if (program.isBits(name)) {
                    bits = at;
                    arguments.add(bytes);
                } else {
                    arguments.add(at);
                }
            }
            invoke(function, arguments);
            for (int word = 0; word < frame.words; word++) {
                long packed = 0;
                for (int i = 0; i < Long.SIZE; i++) {
                    packed |= (long) bytes.get(JAVA_BYTE, (long) word * Long.SIZE + i) << i;
                }
                bits.setAtIndex(JAVA_LONG, word, packed);
            }
        }
    }

    private static int rowOf(Program program, String name, int row, int sample) {
        boolean ofStep = program.order().stream()
                        .anyMatch(node -> node.op() == Op.STEP && node.name().equals(name))
                || program.stores().stream()
                        .anyMatch(store -> store.op() == Op.STEP && store.name().equals(name));
        boolean ofSample = program.stores().stream()
                .anyMatch(store -> store.op() == Op.STATE && store.name().equals(name));
        return ofStep ? row + sample : ofSample ? sample : 0;
    }

    private static void invoke(MethodHandle function, List<Object> arguments) {
        try {
            function.invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
