package org.irqlab.lab.measure;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.PackedHistogram;
import org.irqlab.base.AtomicFile;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.DataFormatException;

/**
 * Cells' requests and results as JSON files; histograms are compressed and in base64, without loss.
 * Read histograms are packed: a process that holds all cells of a replay holds thousands of them.
 *
 * <p><b>Threads.</b> Any.
 */
public final class CellJson {
    private final JsonMapper mapper =
            JsonMapper.builder()
                    .addModule(
                            new SimpleModule()
                                    .addSerializer(Histogram.class, new HistogramWriter())
                                    .addDeserializer(Histogram.class, new HistogramReader()))
                    .build();

    /** Writes {@code value}, a record of this package; the file appears whole or not at all. */
    public void write(Path file, Object value) throws IOException {
        AtomicFile.write(file, out -> mapper.writeValue(out, value));
    }

    /** Reads what {@link #write} wrote. */
    public <T> T read(Path file, Class<T> type) throws IOException {
        try {
            return mapper.readValue(Files.readAllBytes(file), type);
        } catch (JacksonException e) {
            throw new IOException(file + ": " + e.getOriginalMessage(), e);
        }
    }

    private static final class HistogramWriter extends ValueSerializer<Histogram> {
        @Override
        public void serialize(
                Histogram histogram, JsonGenerator json, SerializationContext context) {
            ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
            int length = histogram.encodeIntoCompressedByteBuffer(buffer);
            json.writeBinary(Arrays.copyOf(buffer.array(), length));
        }
    }

    private static final class HistogramReader extends ValueDeserializer<Histogram> {
        @Override
        public Histogram deserialize(JsonParser json, DeserializationContext context) {
            try {
                return PackedHistogram.decodeFromCompressedByteBuffer(
                        ByteBuffer.wrap(json.getBinaryValue()), StageHistograms.LIMIT_NS);
            } catch (DataFormatException | RuntimeException e) {
                return (Histogram)
                        context.handleWeirdStringValue(
                                Histogram.class, "(binary)", "not a histogram: %s", e.getMessage());
            }
        }
    }
}
