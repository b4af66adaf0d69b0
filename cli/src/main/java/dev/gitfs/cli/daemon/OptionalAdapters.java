package dev.gitfs.cli.daemon;

import com.google.gson.Gson;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.util.List;
import java.util.Optional;

/** What may be absent, as a list of one or none: Gson leaves out members that are null. */
final class OptionalAdapters implements TypeAdapterFactory {

  @Override
  public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
    if (type.getRawType() != Optional.class || !(type.getType() instanceof ParameterizedType of)) {
      return null;
    }
    var list = TypeToken.getParameterized(List.class, of.getActualTypeArguments());
    return adapter(gson.getAdapter(list));
  }

  @SuppressWarnings("unchecked") // T is an Optional, and the list one of what that holds.
  private static <T> TypeAdapter<T> adapter(TypeAdapter<?> list) {
    var lists = (TypeAdapter<List<Object>>) list;
    return (TypeAdapter<T>)
        new TypeAdapter<Optional<Object>>() {
          @Override
          public void write(JsonWriter out, Optional<Object> value) throws IOException {
            lists.write(out, value.stream().toList());
          }

          @Override
          public Optional<Object> read(JsonReader in) throws IOException {
            return lists.read(in).stream().findFirst();
          }
        };
  }
}
