package dev.spikelane.loop;

/** A program and the loop that runs it. Threads may share it; each needs its own {@link Frame}. */
public record CompiledProgram(Program program, Loop loop) {}
