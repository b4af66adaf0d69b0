package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.Pages;
import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.AttrOut;
import dev.gitfs.fuse.wire.ReplyStruct.EntryOut;
import dev.gitfs.fuse.wire.ReplyStruct.OutHeader;
import dev.gitfs.fuse.wire.RequestStruct.InHeader;
import java.lang.foreign.MemorySegment;

/**
 * One request under way and the answer to it: the buffers, and the views over them that a file
 * system is lent. Pooled, and used by one thread at a time.
 */
final class Exchange {
  /** Where a request's own struct starts. */
  static final int BODY = InHeader.SIZE;

  private final MemorySegment memory;
  private final MemorySegment in;
  private final MemorySegment scratch;
  private final ReplyBuffer out;

  private final Request request = new Request(this);
  private final Name name = new Name();
  private final EntryReply entry;
  private final AttributesReply attributes;
  private final LinkReply link;
  private final OpenReply open;
  private final ReadReply read;
  private final DirectoryReply directory;
  private final DirectoryPlusReply directoryPlus;
  private final StatfsReply statfs;
  private final XattrReply xattr;
  private final XattrListReply xattrList;

  private Channel channel;
  private int length;
  private boolean mayWait;
  private boolean over;
  private long sent;

  /**
   * @param requestSize room for the largest request
   * @param replySize room for the largest body of an answer
   */
  Exchange(int requestSize, int replySize) {
    // One mapping: the request, then the answer, whose unused space before the header is scratch.
    memory = Pages.map((long) requestSize + ReplyBuffer.BODY + replySize);
    in = memory.asSlice(0, requestSize);
    MemorySegment answer = memory.asSlice(requestSize);
    scratch = answer.asSlice(0, Channel.SCRATCH_SIZE);
    out = new ReplyBuffer(answer);
    entry = new EntryReply(out).at(ReplyBuffer.BODY);
    attributes = new AttributesReply(out);
    link = new LinkReply(out);
    open = new OpenReply(out);
    read = new ReadReply(this, out);
    directory = new DirectoryReply(out);
    directoryPlus = new DirectoryPlusReply(out);
    statfs = new StatfsReply(out);
    xattr = new XattrReply(out);
    xattrList = new XattrListReply(out);
  }

  /** Gives the memory back; the exchange must not be used again. */
  void unmap() {
    Pages.unmap(memory);
  }

  // The request.

  /** Waits for a request; answers its length or a negated errno. */
  long receive(Channel from) {
    channel = from;
    mayWait = false;
    over = false;
    long count = from.read(in, scratch);
    length = (int) Math.max(count, 0);
    return count;
  }

  /** Makes ready to run the same request again, now by a thread that may wait. */
  void mayWait() {
    mayWait = true;
  }

  void willWait() {
    if (!mayWait) {
      throw WaitSignal.INSTANCE;
    }
  }

  MemorySegment in() {
    return in;
  }

  int length() {
    return length;
  }

  int opcode() {
    return Fields.u32(in, InHeader.OPCODE);
  }

  long unique() {
    return Fields.u64(in, InHeader.UNIQUE);
  }

  long node() {
    return Fields.u64(in, InHeader.NODEID);
  }

  Request request() {
    return request;
  }

  /** A field of the request's own struct. */
  int u32(int field) {
    return Fields.u32(in, BODY + field);
  }

  /** A field of the request's own struct. */
  long u64(int field) {
    return Fields.u64(in, BODY + field);
  }

  /** The name that follows a struct of {@code structSize} bytes. */
  Name name(int structSize) {
    name.read(in, BODY + structSize, length);
    return name;
  }

  // The answer, begun as the operation needs it.

  EntryReply entry() {
    out.begin(EntryOut.SIZE);
    return entry;
  }

  AttributesReply attributes() {
    out.begin(AttrOut.SIZE);
    return attributes;
  }

  LinkReply link() {
    out.begin(0);
    return link;
  }

  OpenReply open() {
    return open.begin();
  }

  ReadReply read(int size) {
    return read.begin(size);
  }

  DirectoryReply directory(int size) {
    return directory.begin(size);
  }

  DirectoryPlusReply directoryPlus(int size) {
    return directoryPlus.begin(size);
  }

  StatfsReply statfs() {
    return statfs.begin();
  }

  XattrReply xattr(int room) {
    return xattr.begin(room);
  }

  XattrListReply xattrList(int room) {
    return xattrList.begin(room);
  }

  /** The answer is that it is done. */
  void done() {
    out.length(0);
  }

  ReplyBuffer out() {
    return out;
  }

  /** There will be no answer. */
  void noAnswer() {
    over = true;
    sent = 0;
  }

  /** Whether the answer is on its way, or there will be none. */
  boolean isOver() {
    return over;
  }

  // Sending. Each answers what the channel did.

  long send() {
    header(out.length(), 0);
    over = true;
    return channel.write(out.segment(), ReplyBuffer.HEADER, OutHeader.SIZE + out.length(), scratch);
  }

  long sendError(Errno errno) {
    header(0, -errno.number());
    over = true;
    return channel.write(out.segment(), ReplyBuffer.HEADER, OutHeader.SIZE, scratch);
  }

  void sendNow(MemorySegment body) {
    if (over) {
      throw new IllegalStateException("The answer has been sent");
    }
    header((int) body.byteSize(), 0);
    over = true;
    sent = channel.write(out.segment(), ReplyBuffer.HEADER, OutHeader.SIZE, body, scratch);
  }

  /** What became of an answer that the operation sent itself. */
  long sent() {
    return sent;
  }

  private void header(int bodyLength, int error) {
    MemorySegment segment = out.segment();
    Fields.u32(segment, ReplyBuffer.HEADER + OutHeader.LEN, OutHeader.SIZE + bodyLength);
    Fields.u32(segment, ReplyBuffer.HEADER + OutHeader.ERROR, error);
    Fields.u64(segment, ReplyBuffer.HEADER + OutHeader.UNIQUE, unique());
  }
}
