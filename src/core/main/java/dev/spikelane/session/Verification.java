package dev.spikelane.session;

import dev.spikelane.network.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compares receipts with the receipts of replays. */
final class Verification {

    private final Network network;
    private final int odd;
    /** Receipts by number, for each session. */
    private final Map<Long, Map<Integer, Receipt>> receipts = new TreeMap<>();

    private final List<String> found = new ArrayList<>();

    Verification(Network network, byte[] all) {
        this.network = network;
        this.odd = all.length % Receipt.BYTES;
        for (int i = 0; i < all.length / Receipt.BYTES; i++) {
            Receipt receipt = Receipt.of(all, i);
            receipts.computeIfAbsent(receipt.session(), _ -> new TreeMap<>()).put(i, receipt);
        }
    }

    List<String> verify(List<Recording> recordings) {
        if (odd > 0) {
            found.add("the receipts end with " + odd + " bytes, expected " + Receipt.BYTES + " bytes for each");
        }
        Map<Long, Recording> last = new HashMap<>();
        recordings.forEach(each -> last.put(each.key(), each));
        for (Recording each : recordings) {
            each.requireGraph(network);
            boolean isLast = last.get(each.key()) == each;
            Map<Integer, Receipt> ofSession = receipts.getOrDefault(each.key(), Map.of());
            try (Replay replay = new Replay(each, network)) {
                verify(replay, each, isLast ? ofSession : untilItBegins(ofSession));
            }
            if (isLast) {
                receipts.remove(each.key());
            }
        }
        receipts.values().forEach(left -> left.forEach((number, receipt) -> say(number, receipt, "has no recording")));
        return found;
    }

    /** Removes and returns the receipts before the one with which a removed session begins again. */
    private static Map<Integer, Receipt> untilItBegins(Map<Integer, Receipt> ofSession) {
        Map<Integer, Receipt> own = new TreeMap<>();
        for (Iterator<Map.Entry<Integer, Receipt>> all = ofSession.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Integer, Receipt> each = all.next();
            if (each.getValue().first() == 0 && !own.isEmpty()) {
                break;
            }
            own.put(each.getKey(), each.getValue());
            all.remove();
        }
        return own;
    }

    private void say(int number, Receipt receipt, @Nullable String why) {
        String otherFormat = receipt.otherFormat();
        if (otherFormat != null || why != null) {
            found.add("receipt " + (number + 1) + ", of session " + receipt.session() + ", "
                    + (otherFormat == null ? why : otherFormat));
        }
    }

    private void verify(Replay replay, Recording recording, Map<Integer, Receipt> ofSession) {
        long end = replay.done() + recording.spikes().rows();
        Receipt before = null;
        Receipt replayed = null;
        for (Map.Entry<Integer, Receipt> each : ofSession.entrySet()) {
            Receipt receipt = each.getValue();
            if (receipt.first() < replay.done() || receipt.end() <= receipt.first() || receipt.end() > end) {
                say(
                        each.getKey(),
                        receipt,
                        "has the steps from " + (receipt.first() + 1) + " to " + receipt.end()
                                + ", expected steps between " + (replay.done() + 1) + " and " + end);
                continue;
            }
            runWithoutReceipt(replay, recording, receipt.first());
            if (before != null && replayed != null && !replayed.isBefore(receipt)) {
                replay.begin(before.sha256());
            }
            replay.to(receipt.end());
            before = receipt;
            replayed = replay.receipt(receipt.version());
            say(each.getKey(), receipt, receipt.differs(replayed));
        }
        runWithoutReceipt(replay, recording, end);
        if (replay.differs() != null) {
            found.add(replay.differs());
        }
    }

    private void runWithoutReceipt(Replay replay, Recording recording, long end) {
        if (replay.done() < end) {
            found.add("session " + recording.key() + " has no receipt of the steps from " + (replay.done() + 1) + " to "
                    + end);
            replay.to(end);
            replay.begin(null);
        }
    }
}
