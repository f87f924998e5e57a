package dev.spikelane.engine.observe;

import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.memory.limit.Owner;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** The holders of native memory, as a periodic event. */
@Name("dev.spikelane.NativeMemory")
@Label("Native Memory")
@Category("Spikelane")
@Description(
        "Native memory that simulations, session pools, trainers, matrices and networks hold, from the first run on")
@Period("1 s")
@StackTrace(false)
final class NativeMemoryEvent extends Event {

    @Label("Simulations")
    @DataAmount
    long simulations;

    @Label("Open Simulations")
    @Description("Simulations that were neither closed nor collected")
    long openSimulations;

    @Label("Session Pools")
    @DataAmount
    long sessionPools;

    @Label("Open Session Pools")
    @Description("Session pools that were neither closed nor collected")
    long openSessionPools;

    @Label("Trainers")
    @DataAmount
    long trainers;

    @Label("Open Trainers")
    @Description("Trainers and gradients that were neither closed nor collected")
    long openTrainers;

    @Label("Without Arena")
    @Description("Matrices and networks without an arena of the user, and direct buffers")
    @DataAmount
    long withoutArena;

    @Label("Limit")
    @DataAmount
    long limit;

    static void emit() {
        NativeMemoryEvent event = new NativeMemoryEvent();
        event.simulations = Owner.SIMULATION.bytes();
        event.openSimulations = Owner.SIMULATION.open();
        event.sessionPools = Owner.POOL.bytes();
        event.openSessionPools = Owner.POOL.open();
        event.trainers = Owner.TRAINER.bytes();
        event.openTrainers = Owner.TRAINER.open();
        event.withoutArena = NativeMemory.withoutArena();
        event.limit = NativeMemory.limit();
        event.commit();
    }
}
