package dev.spikelane.loop;

/**
 * A program and what runs it; threads may share it, each with a {@link Frame} of its own.
 *
 * @param program what is run
 * @param loop what runs it
 */
public record CompiledProgram(Program program, Loop loop) {}
