// Which encoder makes the picture when one that the system lists does not work.
#include <gst/gst.h>

#include <future>

#include "video_fixture.hpp"

namespace lintel::media {
namespace {

// An encoder of the graphics card as GStreamer lists it, whose device does not open: it says so twice, as elements and
// their base classes do.
struct Broken {
  GstElement element;
  guint number;
  gchar* word;
};
struct BrokenClass {
  GstElementClass element;
};

Loop::Poster to_the_loop;  // of the running test

GstStateChangeReturn change(GstElement* element, GstStateChange change) {
  if (change != GST_STATE_CHANGE_NULL_TO_READY) return GST_STATE_CHANGE_SUCCESS;
  for (const char* text : {"The device does not open.", "It does not start."})
    GST_ELEMENT_ERROR(element, RESOURCE, OPEN_READ_WRITE, ("%s", text), (nullptr));
  // The loop hears it before the attempt is over.
  std::promise<void> heard;
  to_the_loop([&] { heard.set_value(); });
  heard.get_future().wait();
  return GST_STATE_CHANGE_FAILURE;
}

GType broken_type() {
  static const GType type = [] {
    GTypeInfo info{};
    info.class_size = sizeof(BrokenClass);
    info.instance_size = sizeof(Broken);
    info.class_init = [](gpointer data, gpointer) {
      auto* element = GST_ELEMENT_CLASS(data);
      gst_element_class_set_static_metadata(element, "Broken", "Codec/Encoder/Video", "Does not work", "Tests");
      for (const GstPadDirection direction : {GST_PAD_SINK, GST_PAD_SRC}) {
        const auto caps = Object<GstCaps>::adopt(
            gst_caps_new_empty_simple(direction == GST_PAD_SINK ? "video/x-raw" : "video/x-h264"));
        gst_element_class_add_pad_template(element, gst_pad_template_new(direction == GST_PAD_SINK ? "sink" : "src",
                                                                         direction, GST_PAD_ALWAYS, caps.get()));
      }
      element->change_state = &change;
      auto* object = G_OBJECT_CLASS(data);
      object->set_property = [](GObject*, guint, const GValue*, GParamSpec*) {};
      object->get_property = [](GObject*, guint, GValue*, GParamSpec*) {};
      guint id = 1;
      for (const char* name : {"bitrate", "key-int-max", "b-frames"})
        g_object_class_install_property(object, id++,
                                        g_param_spec_uint(name, name, name, 0, G_MAXUINT, 0, G_PARAM_READWRITE));
      g_object_class_install_property(object, id,
                                      g_param_spec_string("rate-control", "rate", "rate", nullptr, G_PARAM_READWRITE));
    };
    info.instance_init = [](GTypeInstance* instance, gpointer klass) {
      auto* element = GST_ELEMENT(instance);
      for (const char* name : {"sink", "src"})
        gst_element_add_pad(element, gst_pad_new_from_template(
                                         gst_element_class_get_pad_template(GST_ELEMENT_CLASS(klass), name), name));
    };
    return g_type_register_static(GST_TYPE_ELEMENT, "LintelBrokenEncoder", &info, GTypeFlags(0));
  }();
  return type;
}

class EncoderChoice : public VideoTest {};

TEST_F(EncoderChoice, goesOnToTheNextThatWorksHoweverOftenTheFirstComplains) {
  GstRegistry* registry = gst_registry_get();
  const auto listed = [&] {
    return Object<GstPluginFeature>::adopt(gst_registry_lookup_feature(registry, "vah264enc"));
  };
  const auto real = listed();  // where this machine has one, it waits aside
  if (real) gst_registry_remove_feature(registry, real.get());
  to_the_loop = loop.poster();
  ASSERT_TRUE(gst_element_register(nullptr, "vah264enc", GST_RANK_NONE, broken_type()));
  {
    Video video(loop, options());
    const auto viewer = watch(video);
    EXPECT_TRUE(until([&] { return viewer->units > 5; }, 10s)) << video.streams().front().message;
    EXPECT_EQ(video.streams().front().encoder, "x264enc");
  }
  gst_registry_remove_feature(registry, listed().get());
  if (real) gst_registry_add_feature(registry, GST_PLUGIN_FEATURE(gst_object_ref(real.get())));
}

}  // namespace
}  // namespace lintel::media
