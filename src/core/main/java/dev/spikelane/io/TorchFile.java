package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the tensors of a file of {@code torch.save}: a zip archive with a pickle and the storages of tensors. */
final class TorchFile {

    private static final String PICKLE = "data.pkl";
    private static final int MOST_PICKLE_BYTES = 1 << 22;

    private TorchFile() {}

    static void requireFormat(String name, byte[] first) throws IOException {
        switch (ForeignFile.of(first)) {
            case PYTORCH_ARCHIVE, ARCHIVE -> {
                // read below
            }
            default -> {
                String advice = ForeignFile.advice(first, ForeignFile.PYTORCH_ARCHIVE);
                throw new IOException(
                        name + ": " + (advice.isEmpty() ? "is no file of PyTorch, expected a zip archive" : advice));
            }
        }
    }

    static Tensors read(FileBytes file, MemorySegment bytes) throws IOException {
        Map<String, ZipMember> members = new HashMap<>();
        for (ZipMember each : ZipArchive.members(file.name(), bytes)) {
            members.put(each.name(), each);
        }
        String root = root(file.name(), members.keySet());
        for (ZipMember each : members.values()) {
            if (each.deflated()) {
                throw each.wrong("is packed, expected that it is stored, as torch.save does");
            }
            each.check();
        }
        requireOrder(members.get(root + "byteorder"));
        ZipMember pickle = find(file.name(), members, root + PICKLE);
        if (pickle.size() > MOST_PICKLE_BYTES) {
            throw pickle.wrong("has " + pickle.size() + " bytes, expected at most " + MOST_PICKLE_BYTES);
        }
        byte[] program = pickle.packed().toArray(ValueLayout.JAVA_BYTE);
        List<String> plain = new ArrayList<>();
        Map<String, PickleReader.Stored> declared = PickleReader.read(file.name(), program, plain);
        List<String> warnings = new ArrayList<>();
        if (!plain.isEmpty()) {
            warnings.add(file.name() + ": holds what is no tensor and is passed over: " + PickleReader.some(plain));
        }
        return tensors(file, root, members, declared, warnings);
    }

    private static Tensors tensors(
            FileBytes file,
            String root,
            Map<String, ZipMember> members,
            Map<String, PickleReader.Stored> declared,
            List<String> warnings)
            throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        Set<String> others = new HashSet<>();
        members.keySet().stream()
                .filter(each -> each.startsWith(root + "data/"))
                .forEach(others::add);
        for (Map.Entry<String, PickleReader.Stored> each : declared.entrySet()) {
            String storage = root + "data/" + each.getValue().storage().key();
            others.remove(storage);
            ZipMember member = find(file.name(), members, storage);
            tensors.add(StoredTensor.of(file, each.getKey(), each.getValue(), member.packed()));
        }
        warnings.addAll(TensorItems.oddities(file.name(), tensors));
        if (!others.isEmpty()) {
            warnings.add(file.name() + ": has " + others.size() + " members of data that no tensor uses");
        }
        return new Tensors(Tensors.Format.PYTORCH, Map.of(), tensors, warnings);
    }

    /** Returns the top folder of the archive, with its slash. It has the name under which the file was saved. */
    private static String root(String name, Set<String> members) throws IOException {
        List<String> roots = members.stream()
                .filter(member -> member.endsWith("/" + PICKLE) && member.indexOf('/') == member.length() - 9)
                .map(member -> member.substring(0, member.length() - PICKLE.length()))
                .toList();
        if (roots.size() != 1) {
            throw new IOException(name + ": has " + roots.size() + " members named " + PICKLE
                    + " in a folder, expected one, as torch.save writes it"
                    + (members.stream().anyMatch(member -> member.endsWith(".npy")) ? "; read it as NumPy's" : ""));
        }
        if (members.contains(roots.getFirst() + "constants.pkl")) {
            throw new IOException(name + ": is a program of TorchScript, expected tensors; in Python write them with"
                    + " torch.save(model.state_dict(), file)");
        }
        return roots.getFirst();
    }

    private static ZipMember find(String name, Map<String, ZipMember> members, String member) throws IOException {
        ZipMember found = members.get(member);
        if (found == null) {
            throw new IOException(name + ": has no member " + JsonValue.quoted(member) + ", expected one");
        }
        return found;
    }

    private static void requireOrder(@Nullable ZipMember order) throws IOException {
        if (order != null && order.size() < 16) {
            String text = new String(order.packed().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
            if (text.equals("little")) {
                return;
            }
        }
        if (order != null) {
            throw order.wrong("says another order of bytes than \"little\", expected that");
        }
    }
}
