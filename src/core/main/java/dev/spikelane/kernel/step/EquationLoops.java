package dev.spikelane.kernel.step;

import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.LoopCompiler;
import dev.spikelane.loop.Program;
import java.lang.invoke.MethodHandles;
import java.util.Set;
import java.util.function.Function;

/** The lookup class of compiled loops, which are hidden classes of this package. */
public final class EquationLoops {

    private EquationLoops() {}

    /**
     * Compiles a program.
     *
     * @param shared parameters with one value for all neurons
     */
    public static CompiledProgram compile(Function<Graph, Program> program, Set<String> shared) {
        return LoopCompiler.compile(MethodHandles.lookup(), program, shared);
    }
}
