package dev.spikelane.kernel.step;

import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.LoopCompiler;
import dev.spikelane.loop.Program;
import java.lang.invoke.MethodHandles;
import java.util.Set;
import java.util.function.Function;

/** The package in which loops of equations live, as hidden classes. */
public final class EquationLoops {

    private EquationLoops() {}

    /**
     * Compiles a program.
     *
     * @param program makes the program of a graph
     * @param shared parameters that are one value for all neurons
     */
    public static CompiledProgram compile(Function<Graph, Program> program, Set<String> shared) {
        return LoopCompiler.compile(MethodHandles.lookup(), program, shared);
    }
}
