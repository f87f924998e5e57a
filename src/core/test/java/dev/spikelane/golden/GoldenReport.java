package dev.spikelane.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Counts the cases of a set that ran and failed, and names skipped cases. */
final class GoldenReport {

    private static final int MOST_MESSAGES = 20;

    private final String title;
    private final List<Throwable> failures = new ArrayList<>();
    private final Map<String, Set<String>> casesByReason = new TreeMap<>();
    private final Map<String, Integer> outputsByReason = new TreeMap<>();
    private final Map<String, Set<String>> casesOfOutputs = new TreeMap<>();
    private int cases;
    private int ran;
    private int toReject;
    private int rejected;

    GoldenReport(String title) {
        this.title = title;
    }

    void run(GoldenCase golden, GoldenSet.Check check) {
        cases++;
        try {
            check.run(golden);
        } catch (Exception | AssertionError failure) {
            ran++;
            failures.add(
                    failure instanceof AssertionError ? failure : new AssertionError(golden + ": " + failure, failure));
            return;
        } finally {
            toReject += golden.toReject();
            rejected += golden.rejected();
        }
        count(golden);
    }

    private void count(GoldenCase golden) {
        if (!golden.reasonLeftOut().isEmpty()) {
            leftOut(golden, golden.reasonLeftOut());
            return;
        }
        if (!golden.outputsForgotten().isEmpty()) {
            failures.add(new AssertionError(
                    golden + ": the test neither compared nor left out " + golden.outputsForgotten()));
        }
        if (golden.ran()) {
            ran++;
        } else {
            leftOut(
                    golden,
                    String.join("; ", new TreeSet<>(golden.outputsLeftOut().values())));
        }
        golden.outputsLeftOut().forEach((output, reason) -> {
            outputsByReason.merge(reason, 1, Integer::sum);
            casesOfOutputs.computeIfAbsent(reason, key -> new TreeSet<>()).add(golden.name());
        });
    }

    private void leftOut(GoldenCase golden, String reason) {
        casesByReason.computeIfAbsent(reason, key -> new TreeSet<>()).add(golden.name());
    }

    /** Returns a line for cases with one reason to skip. */
    static String leftOut(Set<String> names, String reason) {
        return "    " + names.size() + " cases left out: " + reason + " (" + String.join(", ", names) + ")";
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(title + ": " + ran + " ran, " + (cases - ran) + " left out"
                + (failures.isEmpty() ? "" : ", " + failures.size() + " failures"));
        if (toReject > 0) {
            lines.add("    rejected " + rejected + " of " + toReject);
        }
        if (cases == 0) {
            lines.add("    the set has no such case");
        }
        casesByReason.forEach((reason, names) -> lines.add(leftOut(names, reason)));
        outputsByReason.forEach((reason, count) -> lines.add(
                "    " + count + " outputs of " + casesOfOutputs.get(reason).size() + " cases left out: " + reason));
        return lines;
    }

    void print() {
        System.out.println(String.join(System.lineSeparator(), lines()));
    }

    /** Throws if a case failed, or none of several ran. */
    void requireSuccess() {
        if (!failures.isEmpty()) {
            AssertionError error = new AssertionError(failures.stream()
                    .limit(MOST_MESSAGES)
                    .map(Throwable::getMessage)
                    .collect(Collectors.joining(
                            System.lineSeparator(),
                            title + ": " + failures.size() + " failures" + System.lineSeparator(),
                            failures.size() > MOST_MESSAGES ? System.lineSeparator() + "..." : "")));
            failures.stream().limit(MOST_MESSAGES).forEach(error::addSuppressed);
            throw error;
        }
        if (cases > 0 && ran == 0) {
            throw new AssertionError(title + ": none of " + cases + " cases ran: " + casesByReason);
        }
    }
}
