package dev.spikelane.io;

import dev.spikelane.io.event.EventFormat;
import dev.spikelane.io.event.EventInput;
import dev.spikelane.io.event.HdfRecordings;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A source of events: a file, a pipe, a socket, or a lambda. One thread reads it block by block, so its length does not
 * matter for memory.
 */
@FunctionalInterface
public interface EventSource extends AutoCloseable {

    /**
     * Reads the next events, and waits until there is one.
     *
     * @param into receives the events in place of its old ones
     * @return false at the end
     * @throws IOException if reading fails; the message has the position
     */
    boolean read(EventBlock into) throws IOException;

    /**
     * Returns a message if the recording was cut off; call it at the end.
     *
     * @return the incomplete item and the byte at which it ends; empty if the recording is whole
     */
    default String cut() {
        return "";
    }

    /**
     * Returns the width of the sensor.
     *
     * @return columns, or 0 if the recording does not have it
     */
    default int width() {
        return 0;
    }

    /**
     * Returns the height of the sensor.
     *
     * @return rows, or 0 if the recording does not have it
     */
    default int height() {
        return 0;
    }

    /**
     * Closes the recording.
     *
     * @throws IOException if that fails
     */
    @Override
    default void close() throws IOException {
        // A lambda has nothing to close.
    }

    /**
     * Opens a recording. First bytes identify AEDAT 2, 3.1 and 4, Prophesee's RAW (EVT 2, 2.1, 3) and DAT, HDF5 and
     * NumPy's {@code .npy} and {@code .npz}. Names identify {@code .bin} (N-MNIST), {@code .csv}, {@code .txt}, and EVT
     * without a header: {@code .evt2}, {@code .evt21} and {@code .evt3}.
     *
     * @param file the file
     * @return the source
     * @throws IOException if there is no such file, or its format is unknown or damaged at the start
     */
    static EventSource open(Path file) throws IOException {
        return open(file, 0);
    }

    /**
     * Opens a recording of an HDF5 file, such as the Spiking Heidelberg Digits: {@code spikes/times}, and
     * {@code spikes/units} as x.
     *
     * @param file the file
     * @param recording its number, from 0; other formats have only number 0
     * @return the source
     * @throws IOException if there is no such file or recording, or its format is unknown or damaged at the start
     */
    static EventSource open(Path file, int recording) throws IOException {
        Inputs.requireFile(file);
        String name = file.toString();
        return FileText.reading(name, () -> {
            byte[] first;
            try (InputStream start = Files.newInputStream(file)) {
                first = start.readNBytes(ForeignFile.FIRST_BYTES);
            }
            EventInput none = EventInput.none(name);
            ForeignFile format = ForeignFile.of(first);
            if (format == ForeignFile.HDF5) {
                try (HdfRecordings recordings = HdfRecordings.open(file)) {
                    return new EventFile(recordings.read(recording), none);
                }
            }
            if (recording != 0) {
                throw new IOException(name + ": has one recording, expected number 0, but " + recording);
            }
            if (format == ForeignFile.NUMPY_ARCHIVE) {
                return new EventFile(NpyEvents.archive(file), none);
            }
            InputStream stream = Files.newInputStream(file);
            try {
                return open(name, stream);
            } catch (IOException | RuntimeException failure) {
                stream.close();
                throw failure;
            }
        });
    }

    /**
     * Reads a recording from a pipe or a socket.
     *
     * @param name its name, for messages; its ending identifies the format if the first bytes do not
     * @param stream the bytes, in any format but HDF5 and {@code .npz}; closed with the source
     * @return the source
     * @throws IOException if the format is unknown or damaged at the start
     */
    static EventSource open(String name, InputStream stream) throws IOException {
        Objects.requireNonNull(stream, "stream");
        EventInput input = new EventInput(Objects.requireNonNull(name, "name"), Channels.newChannel(stream));
        return FileText.reading(name, () -> {
            boolean numpy = input.need(1, "its start") && input.bytes()[input.at()] == (byte) 0x93;
            return new EventFile(numpy ? NpyEvents.array(input, name) : EventFormat.of(input), input);
        });
    }

    /**
     * Reads the labels of the recordings of an HDF5 file.
     *
     * @param file the file
     * @return a label for each recording
     * @throws IOException if it has another format, or no labels
     */
    static int[] labels(Path file) throws IOException {
        Inputs.requireFile(file);
        try (HdfRecordings recordings = HdfRecordings.open(file)) {
            return recordings.labels();
        }
    }
}
