package dev.spikelane.loop;

import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The control flow of a method: its instructions by index, the points where branches meet, and the locals that are live
 * or changed there.
 */
final class MethodFlow {

    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<Label, Integer> targets = new HashMap<>();
    private final BitSet meetings = new BitSet();
    private final List<BitSet> live = new ArrayList<>();
    private final List<BitSet> changed = new ArrayList<>();

    MethodFlow(CodeAttribute method) {
        for (CodeElement element : method) {
            if (element instanceof LabelTarget target) {
                targets.put(target.label(), instructions.size());
            } else if (element instanceof Instruction instruction) {
                instructions.add(instruction);
                live.add(new BitSet());
                changed.add(new BitSet());
            }
        }
        findLive();
        for (int i = 0; i < instructions.size(); i++) {
            if (instructions.get(i) instanceof BranchInstruction branch) {
                meetings.set(target(branch));
                findChanged(target(branch), i);
            }
        }
    }

    private void findLive() {
        boolean again = true;
        while (again) {
            again = false;
            for (int i = instructions.size() - 1; i >= 0; i--) {
                Instruction at = instructions.get(i);
                BitSet reads = new BitSet();
                if (at instanceof BranchInstruction branch) {
                    reads.or(live.get(target(branch)));
                }
                if (goesOn(at)) {
                    reads.or(live.get(i + 1));
                }
                if (at instanceof StoreInstruction store) {
                    reads.clear(store.slot());
                } else if (at instanceof LoadInstruction load) {
                    reads.set(load.slot());
                } else if (at instanceof IncrementInstruction increment) {
                    reads.set(increment.slot());
                }
                again |= !reads.equals(live.set(i, reads));
            }
        }
    }

    /**
     * Finds the locals that a loop changes. A counter that {@link Unrolled#next} increments is known in each iteration,
     * so it does not count.
     */
    private void findChanged(int first, int last) {
        for (int i = first; i <= last; i++) {
            if (instructions.get(i) instanceof IncrementInstruction increment) {
                changed.get(first).set(increment.slot());
            } else if (instructions.get(i) instanceof StoreInstruction store
                    && !isCall(instructions.get(i - 1), "next")) {
                changed.get(first).set(store.slot());
            }
        }
    }

    Instruction at(int place) {
        return instructions.get(place);
    }

    int target(BranchInstruction branch) {
        return targets.getOrDefault(branch.target(), 0);
    }

    boolean isMeeting(int place) {
        return meetings.get(place);
    }

    boolean isLive(int place, int slot) {
        return live.get(place).get(slot);
    }

    int[] changed(int place) {
        return changed.get(place).stream().toArray();
    }

    static boolean goesOn(Instruction at) {
        return !(at instanceof ReturnInstruction || isGoto(at));
    }

    static boolean isGoto(Instruction at) {
        return at.opcode() == Opcode.GOTO || at.opcode() == Opcode.GOTO_W;
    }

    static boolean isCall(CodeElement element, String name) {
        return element instanceof InvokeInstruction call
                && call.name().equalsString(name)
                && call.owner().asInternalName().equals("dev/spikelane/loop/Unrolled");
    }
}
