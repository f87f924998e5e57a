package dev.spikelane.equation;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Tests by one step of the last block, from zeros, whether the padding after the last neuron stays 0 and silent. */
public final class PadTrial {

    private static final long BYTES = (long) Long.SIZE * Float.BYTES;

    private final Interpreter step;
    private final Frame frame;
    /** A block of bits or numbers for each row that is not a parameter. */
    private final MemorySegment blocks;

    private final BitSet ofBits = new BitSet();
    private final int last;

    public PadTrial(Program program, EquationParameters parameters) {
        this.step = new Interpreter(program, parameters.shared());
        this.frame = new Frame(program, parameters.neurons());
        this.last = parameters.neurons() % Long.SIZE;
        this.blocks = NativeMemory.ofAuto().allocate(BYTES * frame.rows.size(), Long.SIZE);
        program.stores().stream()
                .filter(store -> store.value().op().isCondition())
                .forEach(store -> ofBits.set(frame.rows.indexOf(store.name())));
        program.order().stream()
                .filter(node -> node.op() == Op.FLAG)
                .forEach(node -> ofBits.set(frame.rows.indexOf(node.name())));
        frame.firstWord = frame.words - 1;
        frame.words = 1;
        for (int i = 0; i < frame.rows.size(); i++) {
            long before = frame.firstWord * (ofBits.get(i) ? Long.BYTES : BYTES);
            frame.put(i, blocks, i * BYTES - before, 0);
        }
        parameters.put(frame);
    }

    public boolean stay() {
        blocks.fill((byte) 0);
        step.run(frame, 0, 1, 1);
        boolean stay = true;
        for (int i = 0; i < frame.rows.size(); i++) {
            boolean bits = ofBits.get(i);
            stay &= !bits || blocks.get(JAVA_LONG, i * BYTES) >>> last == 0;
            for (int lane = last; lane < Long.SIZE && !bits; lane++) {
                stay &= Float.floatToRawIntBits(blocks.get(JAVA_FLOAT, i * BYTES + (long) lane * Float.BYTES)) == 0;
            }
        }
        return stay;
    }
}
