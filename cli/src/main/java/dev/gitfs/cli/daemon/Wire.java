package dev.gitfs.cli.daemon;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.fuse.linux.RawPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Messages as text: a JSON object on one line, whose only member is named after the message's type.
 */
final class Wire {

  private static final Map<String, Class<? extends Message>> TYPES =
      Stream.of(
              Message.Mount.class,
              Message.Run.class,
              Message.Unmount.class,
              Message.AwaitEnd.class,
              Message.ListMounts.class,
              Message.ReadStatistics.class,
              Message.Refresh.class,
              Message.Refreshing.class,
              Message.Prefetch.class,
              Message.Record.class,
              Message.StopRecording.class,
              Message.Mounted.class,
              Message.Unmounted.class,
              Message.Mounts.class,
              Message.Statistics.class,
              Message.Recording.class,
              Message.RecordingStopped.class,
              Message.Prefetching.class,
              Message.Prefetched.class,
              Message.Failed.class)
          .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Function.identity()));

  private static final Gson GSON =
      new GsonBuilder()
          .disableHtmlEscaping()
          .registerTypeHierarchyAdapter(Path.class, text(RawPath::text, RawPath::parse))
          .registerTypeAdapter(Instant.class, text(Instant::toString, Instant::parse))
          .registerTypeAdapter(Duration.class, text(Duration::toString, Duration::parse))
          .registerTypeAdapter(
              ByteSize.class,
              text(size -> Long.toString(size.bytes()), text -> new ByteSize(Long.parseLong(text))))
          .registerTypeAdapter(
              KernelOptions.class,
              text(KernelOptions::toString, text -> KernelOptions.parse(List.of(text))))
          .registerTypeAdapterFactory(new OptionalAdapters())
          .create();

  private Wire() {}

  /** One line, without its end. */
  static String encode(Message message) {
    var envelope = new JsonObject();
    envelope.add(message.getClass().getSimpleName(), GSON.toJsonTree(message));
    return GSON.toJson(envelope);
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException if it is not a message of the type wanted
   */
  static <T extends Message> T decode(String line, Class<T> wanted) throws IOException {
    try {
      var member = JsonParser.parseString(line).getAsJsonObject().entrySet().iterator().next();
      Class<? extends Message> type = TYPES.get(member.getKey());
      if (type == null || !wanted.isAssignableFrom(type)) {
        throw new IOException("unexpected message: " + member.getKey());
      }
      T message = wanted.cast(GSON.fromJson(member.getValue(), type));
      if (message == null) {
        throw new IOException("an empty message: " + member.getKey());
      }
      return message;
    } catch (RuntimeException e) {
      // Gson, and what makes sense of its strings, throw half a dozen kinds.
      throw new IOException("not a message", e);
    }
  }

  private static <T> TypeAdapter<T> text(Function<T, String> write, Function<String, T> read) {
    return new TypeAdapter<T>() {
      @Override
      public void write(JsonWriter out, T value) throws IOException {
        out.value(write.apply(value));
      }

      @Override
      public T read(JsonReader in) throws IOException {
        return read.apply(in.nextString());
      }
    }.nullSafe();
  }
}
